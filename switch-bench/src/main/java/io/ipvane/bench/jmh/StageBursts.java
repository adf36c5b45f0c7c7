// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.bench.dispatch.Dispatch;
import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.bench.harness.ReferenceSwitch;
import io.ipvane.burst.Burst;
import io.ipvane.burst.TxLanes;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.CounterShard;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.memory.Memory;
import io.ipvane.pipeline.SingleStages;
import java.lang.foreign.Arena;
import java.util.List;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Received bursts that have been through all stages once, in Java and in C, over the same mbufs.
 */
@State(Scope.Thread)
public class StageBursts {
    static final int BURSTS = 4;
    static final int FRAMES = BURSTS * Burst.MAX;

    private static final int ADDRESSES = 1000;
    private static final int PORTS = 8;
    private static final int LONGEST = 1514;

    /** Where the frames come from. */
    @Param({"wire", "inside"})
    String ingress;

    @Param({"4", "6"})
    int family;

    final Burst[] bursts = new Burst[BURSTS];
    SingleStages stages;

    private final Arena arena = Arena.ofShared();
    private final TxLanes lanes = new TxLanes(arena, PORTS + 2);
    private final long laneMbufs = arena.allocate(8L * Burst.MAX * lanes.ports(), 64).address();
    private Dispatch dispatch;
    private long arrays;

    @Setup
    public void receive(Lcore lcore) {
        dispatch =
                new Dispatch(
                        new DispatchSetup(
                                "null",
                                "l2",
                                ingress,
                                family,
                                ADDRESSES,
                                FRAMES,
                                PORTS,
                                ThreadPlan.RUN_TO_COMPLETION,
                                List.of(Lcore.last())));
        stages =
                SingleStages.of(
                        arena, dispatch.pool(), this::makeRoom, new CounterShard(arena, PORTS + 2));
        for (int i = 0; i < lanes.ports(); i++) {
            lanes.limit(i, LONGEST);
            lanes.reset(i, laneMbufs(i));
        }
        final long mbufs = array(8);
        for (int i = 0; i < BURSTS; i++) {
            bursts[i] = new Burst(arena);
            dispatch.take(bursts[i]);
            stages.all(bursts[i]);
            check(bursts[i]);
            Memory.copy(bursts[i].mbufs, mbufs + 8L * Burst.MAX * i, 8L * Burst.MAX);
        }
        arrays = arena.allocate(32, 8).address();
        Memory.put64(arrays, mbufs);
        Memory.put64(arrays + 8, array(ReferenceSwitch.rowBytes()));
        Memory.put64(arrays + 16, array(4));
        Memory.put64(arrays + 24, array(1));
        inC(ReferenceSwitch.Stage.ALL);
    }

    private long laneMbufs(int port) {
        return laneMbufs + 8L * Burst.MAX * port;
    }

    /** Lanes that nobody sends: what is in them is forgotten. */
    private TxLanes makeRoom(Burst burst) {
        for (long used = lanes.takeUsed(); used != 0; used &= used - 1) {
            final int port = Long.numberOfTrailingZeros(used);
            lanes.reset(port, laneMbufs(port));
        }
        return lanes;
    }

    private long array(int elementBytes) {
        return arena.allocate((long) elementBytes * FRAMES, 64).address();
    }

    /** All frames are for a port: anything else would measure something else. */
    private static void check(Burst burst) {
        for (int i = 0; i < Burst.MAX; i++) {
            if (burst.verdict(i) != Verdict.DELIVER) {
                throw new IllegalStateException("verdict " + burst.verdict(i) + " of frame " + i);
            }
        }
    }

    /** One stage of all bursts in C. */
    long inC(ReferenceSwitch.Stage stage) {
        return dispatch.reference().stage(dispatch.ingress(), stage, arrays, BURSTS);
    }

    @TearDown
    public void free() {
        for (Burst burst : bursts) {
            dispatch.free(burst);
        }
        dispatch.close();
        arena.close();
    }
}
