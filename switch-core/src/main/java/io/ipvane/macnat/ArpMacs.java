// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.packet.Arp;
import io.ipvane.packet.Ethernet;

/** MAC addresses in ARP, whatever the operation: questions, answers, announcements and probes. */
@HotPath
final class ArpMacs {
    private static final int END = Ethernet.LENGTH + Arp.LENGTH;

    private ArpMacs() {}

    /** Replaces sender and target where they are {@code before}. */
    static void fromGuest(FramePool pool, long mbuf, long before, long after) {
        if (!isWhole(pool, mbuf)) {
            return;
        }
        final long arp = pool.data(mbuf) + Ethernet.LENGTH;
        if (Arp.senderMac(arp) == before) {
            Arp.putSenderMac(arp, after);
        }
        target(arp, before, after);
    }

    /** Replaces the target; the sender is another with whom the guest shares the address. */
    static void toGuest(FramePool pool, long mbuf, long before, long after) {
        if (isWhole(pool, mbuf)) {
            target(pool.data(mbuf) + Ethernet.LENGTH, before, after);
        }
    }

    private static boolean isWhole(FramePool pool, long mbuf) {
        return pool.pullUp(mbuf, END) && Arp.isEthernetIpv4(pool.data(mbuf) + Ethernet.LENGTH);
    }

    private static void target(long arp, long before, long after) {
        if (Arp.targetMac(arp) == before) {
            Arp.putTargetMac(arp, after);
        }
    }
}
