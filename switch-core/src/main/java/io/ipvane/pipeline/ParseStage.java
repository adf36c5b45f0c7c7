// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;

/** Bytes to columns, by {@link Parser}, as the port that the burst came in by wants it. */
@HotPath
final class ParseStage implements Stage {
    private static final int OF_SHARED_MAC = Facts.OWN_SOURCE | Facts.SAME_MAC;

    private final FramePool pool;

    ParseStage(FramePool pool) {
        this.pool = pool;
    }

    @Override
    public void process(Burst burst) {
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        Parser.parse(burst, ingress.segment.mac(), ingress.parseOptions, pool);
        if (ingress.segment.tunneled() && ingress.role == PortEntry.Role.UPLINK) {
            forgetSharedMac(burst);
        }
        if ((ingress.snoop & PortEntry.SNOOP_UNICAST) != 0) {
            SnoopStage.keepWhole(burst);
        }
    }

    /** The MAC address of a network is the same on each host: it does not tell who sent a frame. */
    private static void forgetSharedMac(Burst burst) {
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            burst.facts(i, burst.facts(i) & ~OF_SHARED_MAC);
        }
        burst.anyFacts &= ~OF_SHARED_MAC;
    }
}
