// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.linux.Netns;
import io.ipvane.linux.RtNetlink;
import io.ipvane.linux.WatchedInterface;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What MTU an uplink's device is to have after a step, in bytes of an L3 packet. An uplink whose
 * configuration does not say any more what it wants keeps what it has; but where a change is undone
 * that gave it an MTU, it gets back what it had before. Used by the thread that changes the switch.
 */
final class UplinkMtus {
    /** What each had before the last change of it, by name. */
    private final Map<String, Integer> before = new HashMap<>();

    /**
     * The MTU that an uplink gets now, and empty where it keeps what it has. Called before that is
     * changed.
     *
     * @param wanted is configured from now on, and was not so far
     * @param undoing whether this leads back to where {@code wanted} was configured before
     */
    OptionalInt next(String uplink, Unit unit, OptionalInt wanted, boolean undoing) {
        final OptionalInt next = wanted.isEmpty() && undoing ? had(uplink) : wanted;
        if (next.isPresent()) {
            before.put(uplink, now(unit));
        }
        return next;
    }

    private OptionalInt had(String uplink) {
        final Integer mtu = before.get(uplink);
        return mtu == null ? OptionalInt.empty() : OptionalInt.of(mtu);
    }

    /** Somebody else may have changed that of an interface since its device was opened. */
    private static int now(Unit unit) {
        return unit.at().map(UplinkMtus::ofInterface).orElseGet(() -> unit.device().mtu());
    }

    private static int ofInterface(WatchedInterface at) {
        try (Netns netns = Netns.open(at.netns());
                RtNetlink netlink = new RtNetlink(netns)) {
            return netlink.link(at.name()).mtu();
        }
    }
}
