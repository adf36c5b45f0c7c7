// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.Burst;
import io.ipvane.burst.TxLanes;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.Counters;
import io.ipvane.egress.Egress;
import io.ipvane.egress.EgressLanes;
import io.ipvane.memory.Memory;
import io.ipvane.pipeline.StageObserverTest.Fate;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SwitchHarness;
import io.ipvane.upcall.Mailboxes;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A pipeline and an egress of their own over the snapshot of a switch. What would be sent is read
 * and freed.
 */
final class FrameWay implements EgressLanes, AutoCloseable {
    private static final int ROOM = 4096;

    final Arena arena = Arena.ofConfined();
    final Pipeline pipeline;
    final CounterShard counters;

    private final ForwardingSnapshot snapshot;
    private final MemoryPool pool;
    private final TxLanes lanes;
    private final long mbufs;
    private final Mailboxes mailboxes = new Mailboxes(1);
    private final Egress egress;
    private final Burst burst = new Burst(arena);

    FrameWay(SwitchHarness net) {
        this(net.snapshot(), net.pool());
    }

    FrameWay(ForwardingSnapshot snapshot, MemoryPool pool) {
        this.snapshot = snapshot;
        this.pool = pool;
        counters = new Counters(arena, snapshot.size()).shard();
        lanes = new TxLanes(arena, snapshot.size());
        mbufs = arena.allocate(8L * ROOM * lanes.ports(), 64).address();
        for (int port = 0; port < lanes.ports(); port++) {
            lanes.reset(port, lane(port));
            lanes.limit(port, snapshot.entry(port).maxFrame);
        }
        egress = new Egress(arena, this, pool, counters, mailboxes.of(0));
        final Pipeline inner = new Pipeline(arena, pool, this, counters);
        final TunnelStage tunnels = new TunnelStage(arena, pool, counters, inner, egress);
        pipeline = Pipeline.splitting(arena, pool, this, counters, tunnels);
    }

    private long lane(int port) {
        return mbufs + 8L * ROOM * port;
    }

    @Override
    public TxLanes makeRoom(Burst of) {
        return lanes;
    }

    @Override
    public boolean has(int port) {
        return port >= 0 && port < lanes.ports();
    }

    @Override
    public void add(int port, long mbuf, int length) {
        lanes.add(port, mbuf, length);
    }

    @Override
    public void addCopy(int port, long mbuf, int length) {
        lanes.add(port, mbuf, length);
    }

    /** A burst of frames that came in by a port; the same one each time. */
    Burst burst(int ingress, long... frames) {
        burst.clear();
        burst.snapshot = snapshot;
        burst.ingress = ingress;
        burst.size = frames.length;
        for (int i = 0; i < frames.length; i++) {
            final long mbuf = frames[i];
            burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        }
        return burst;
    }

    /** Forwards frames as an lcore does; what became of each. */
    List<Fate> forward(int ingress, List<byte[]> frames) {
        final long[] ours = frames.stream().mapToLong(pool::frame).toArray();
        final Fate[] fates = new Fate[ours.length];
        pipeline.process(burst(ingress, ours));
        for (int port = 0; port < lanes.ports(); port++) {
            for (long at = lane(port); at < lanes.cursor(port); at += 8) {
                fates[indexOf(Memory.i64(at), ours)] = new Fate(Fate.SENT, port, -1);
            }
        }
        for (int i = 0; i < burst.size; i++) {
            // Where nothing was sent yet an answer may have taken the place of a frame.
            final int index = burst.size == ours.length ? i : indexOf(burst.mbuf(i), ours);
            fates[index] = Fate.of(burst, i);
        }
        carryOut();
        return Arrays.asList(fates);
    }

    private static int indexOf(long mbuf, long[] all) {
        for (int i = 0; i < all.length; i++) {
            if (all[i] == mbuf) {
                return i;
            }
        }
        throw new AssertionError("a frame that never came in");
    }

    /** Lets one frame pass stage by stage; what became of it. */
    Fate observe(int ingress, byte[] frame) {
        burst(ingress, pool.frame(frame)).whole = true;
        final List<String> seen = new ArrayList<>();
        pipeline.run(burst, (stage, of) -> seen.add(stage));
        assertEquals(pipeline.stages(), seen);
        for (int port = 0; port < lanes.ports(); port++) {
            assertEquals(lane(port), lanes.cursor(port), "no stage sends what is observed");
        }
        final Fate fate = Fate.of(burst, 0);
        carryOut();
        return fate;
    }

    /** Forwards frames as an lcore does. */
    void run(int ingress, boolean whole, long... frames) {
        burst(ingress, frames).whole = whole;
        pipeline.process(burst);
        if (burst.size > 0) {
            egress.process(burst);
        }
    }

    /** Segments of frames that wait for the conductor, and are freed. */
    int takeUpcalls() {
        final int before = pool.available();
        mailboxes.drain(pool);
        return pool.available() - before;
    }

    /** Throws where a stage has failed. */
    void check() {
        final Throwable error = pipeline.takeLastError();
        if (error != null) {
            throw new AssertionError(error);
        }
    }

    private void carryOut() {
        if (burst.size > 0) {
            egress.process(burst);
        }
        mailboxes.drain(pool);
    }

    /** Port and bytes of everything that is in a lane; empties them all. */
    List<String> takeSent() {
        final List<String> sent = new ArrayList<>();
        for (int port = 0; port < lanes.ports(); port++) {
            for (long at = lane(port); at < lanes.cursor(port); at += 8) {
                final long mbuf = Memory.i64(at);
                sent.add(port + " " + HexFormat.of().formatHex(pool.bytes(mbuf)));
                pool.free(mbuf);
            }
            lanes.reset(port, lane(port));
        }
        return sent;
    }

    /** Frees everything that is in a lane. */
    void freeSent() {
        for (int port = 0; port < lanes.ports(); port++) {
            for (long at = lane(port); at < lanes.cursor(port); at += 8) {
                pool.free(Memory.i64(at));
            }
            lanes.reset(port, lane(port));
        }
    }

    @Override
    public void close() {
        mailboxes.drain(pool);
        takeSent().clear();
        arena.close();
    }
}
