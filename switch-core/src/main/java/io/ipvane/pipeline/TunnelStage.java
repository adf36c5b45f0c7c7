// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.counters.CounterShard;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.tunnel.TunnelGuard;
import io.ipvane.tunnel.TunnelSplit;
import io.ipvane.tunnel.TunnelTable;
import java.lang.foreign.Arena;

/**
 * Takes what is for a tunnel out of a burst from its uplink, which goes on as bursts of inner
 * frames; and discards what a port of that uplink would slip into it. A switch without tunnels pays
 * one branch a burst.
 */
@HotPath
public final class TunnelStage implements Stage {
    private final TunnelSplit split;
    private final TunnelGuard guard;

    /**
     * A stage of one lcore, behind parse.
     *
     * @param arena lives longer
     * @param counters of the same lcore
     * @param onward what becomes of inner frames, from parse to the egress; no tunnel's frames are
     *     looked for in them, so that nothing is taken out of two tunnels
     */
    public TunnelStage(Arena arena, FramePool pool, CounterShard counters, Stage... onward) {
        this.split = new TunnelSplit(arena, pool, counters, onward);
        this.guard = new TunnelGuard(pool);
    }

    @Override
    public void process(Burst burst) {
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        final TunnelTable tunnels = snapshot.tunnels();
        if (tunnels == TunnelTable.NONE) {
            return;
        }
        final PortEntry ingress = snapshot.entry(burst.ingress);
        switch (ingress.role) {
            case UPLINK -> split.process(burst, tunnels.of(ingress.index));
            case PORT -> guard.process(burst, tunnels.of(ingress.segment.exit()));
            case HOST -> {} // the host may have tunnels of its own
        }
    }
}
