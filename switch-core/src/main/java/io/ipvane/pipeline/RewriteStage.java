// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.packet.Ethernet;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;

/**
 * Makes each frame fit for where its verdict sends it: the shared MAC as source on the wire (spec
 * TX-6), and between siblings as destination too. Frames from the wire keep their addresses.
 */
@HotPath
final class RewriteStage implements Stage {
    RewriteStage() {}

    @Override
    public void process(Burst burst) {
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        if (ingress.role != PortEntry.Role.UPLINK) {
            fromInside(burst, ingress.segment.mac());
        }
    }

    private static void fromInside(Burst burst, long own) {
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            switch (burst.verdict(i)) {
                case Verdict.DELIVER -> deliver(burst, i, own);
                case Verdict.WIRE,
                        Verdict.FLOOD_AND_WIRE,
                        Verdict.FLOOD_AND_PUNT,
                        Verdict.FLOOD_WIRE_AND_PUNT,
                        Verdict.WIRE_AND_PUNT,
                        Verdict.RESOLVE,
                        Verdict.NARROW ->
                        source(burst, i, own);
                default -> {
                    // Punted frames keep their addresses, drops need none.
                }
            }
        }
    }

    /** Without a readable Ethernet header, {@code l3} 0, there is no source to replace. */
    private static void source(Burst burst, int i, long own) {
        if (burst.l3(i) != 0) {
            Ethernet.putSource(burst.data(i), own);
        }
    }

    /**
     * A sibling's stack takes only what is addressed to its own MAC; group frames stay group
     * frames.
     */
    private static void deliver(Burst burst, int i, long own) {
        final long frame = burst.data(i);
        Ethernet.putSource(frame, own);
        if ((burst.facts(i) & Facts.GROUP) == 0) {
            Ethernet.putDestination(frame, own);
        }
    }
}
