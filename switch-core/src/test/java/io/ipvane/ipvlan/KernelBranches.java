// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import io.ipvane.burst.Facts;

/**
 * The kernel's decisions once more, in its own branch order and with mode and flag as plain
 * conditions: the second statement that {@link IpvlanRules} is compared with. Written from the
 * specification's rules, not from the class under test.
 */
final class KernelBranches {
    private final Mode mode;
    private final boolean isPrivate;
    private final boolean isVepa;

    KernelBranches(Mode mode, IpvlanFlag flag) {
        this.mode = mode;
        isPrivate = flag == IpvlanFlag.PRIVATE;
        isVepa = flag == IpvlanFlag.VEPA;
    }

    String transmit(int facts) {
        final boolean known = (facts & Facts.KNOWN) != 0;
        final boolean multicast = (facts & Facts.GROUP) != 0;
        final boolean sameMac = (facts & Facts.SAME_MAC) != 0;
        final boolean ip = (facts & Facts.IP) != 0;
        if ((facts & Facts.DISCARD) != 0) {
            return "drop:parsed";
        }
        if (mode == Mode.L2) {
            if (!isVepa && sameMac) {
                if (known) {
                    if (isPrivate) {
                        return "drop:private";
                    }
                    return "deliver";
                }
                return "punt";
            } else if (multicast) {
                return "flood_and_wire";
            }
            return "wire";
        }
        if (!isVepa) {
            if (known) {
                if (isPrivate) {
                    return "drop:private";
                }
                return "deliver";
            }
        }
        if (ip && multicast) {
            return "drop:" + IpvlanDrop.L3_MCAST.key();
        }
        if (ip) {
            return "route";
        }
        return "drop:" + IpvlanDrop.L3_NONIP.key();
    }

    String receive(int facts) {
        final boolean known = (facts & Facts.KNOWN) != 0;
        final boolean multicast = (facts & Facts.GROUP) != 0;
        final boolean toUs = (facts & Facts.OWN_DEST) != 0;
        final boolean unreadable = (facts & Facts.DISCARD) != 0;
        if (unreadable) {
            return "punt";
        }
        if (mode == Mode.L2 && multicast) {
            final boolean ownMac = (facts & Facts.OWN_SOURCE) != 0;
            final boolean ownAddress = (facts & Facts.SOURCE_KNOWN) != 0;
            final boolean external = !(ownMac && ownAddress);
            return external ? "flood_and_punt" : "punt";
        }
        if (mode != Mode.L3S) {
            return known ? "deliver" : "punt";
        }
        if ((facts & Facts.IP) == 0) {
            return "punt";
        }
        if (!toUs && !multicast) {
            return "punt";
        }
        if ((facts & Facts.SOLICIT) != 0 && multicast) {
            return "punt";
        }
        return known ? "track" : "punt";
    }
}
