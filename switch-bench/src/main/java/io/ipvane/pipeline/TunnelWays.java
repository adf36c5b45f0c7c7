// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.LaneOwner;
import io.ipvane.burst.Stage;
import io.ipvane.counters.CounterShard;
import java.lang.foreign.Arena;

/** The pipeline of an lcore at which tunnels end, as the switch builds it. */
public final class TunnelWays {
    private TunnelWays() {}

    /**
     * From received bursts to lanes.
     *
     * @param egress gets what the short way leaves of inner bursts
     */
    public static Stage of(
            Arena arena, FramePool pool, LaneOwner lanes, CounterShard counters, Stage egress) {
        final Pipeline inner = new Pipeline(arena, pool, lanes, counters);
        return Pipeline.splitting(
                arena,
                pool,
                lanes,
                counters,
                new TunnelStage(arena, pool, counters, inner, egress));
    }
}
