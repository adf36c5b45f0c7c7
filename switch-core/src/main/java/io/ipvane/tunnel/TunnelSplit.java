// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.burst.Stage;
import io.ipvane.burst.Stages;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/**
 * Takes what is for a tunnel out of a burst from an uplink, and runs the frames that were in it as
 * bursts of their own: one for each VNI, whose ingress is the place that stands for the tunnel in
 * that VNI, as a trunk makes one for each VLAN. So all that a burst's frames have in common they
 * have here too, and no stage behind this one knows of tunnels.
 *
 * <p>Frames of one VNI keep their order. What is dropped is counted at the tunnel. Later fragments
 * of an outer packet do not say which port they are for, and stay in the burst.
 *
 * <p>Owned by one lcore.
 */
@HotPath
public final class TunnelSplit {
    private static final int WANTED = Facts.IP | Facts.OWN_DEST;

    private final FramePool pool;
    private final CounterShard counters;
    private final Stage[] onward;
    private final Decap decap;

    /** The inner frames of one burst, and those of them that are of one VNI. */
    private final Burst inner;

    private final Burst part;
    private final int[] places = new int[Burst.MAX];
    private final boolean[] noted = new boolean[Burst.MAX];

    /** Not 0: the inner frames of the burst come in at several places. */
    private int several;

    private final long dropped;
    private int droppedCount;

    /**
     * A split of one lcore.
     *
     * @param arena lives longer
     * @param counters of the same lcore
     * @param onward what becomes of the inner frames: every burst ends there
     */
    public TunnelSplit(Arena arena, FramePool pool, CounterShard counters, Stage... onward) {
        this.pool = pool;
        this.counters = counters;
        this.onward = onward.clone();
        this.decap = new Decap(pool);
        this.inner = new Burst(arena);
        this.part = new Burst(arena);
        this.dropped = arena.allocate(Burst.MAX * 8L, 64).address();
    }

    /**
     * Takes out of a parsed burst what is for these tunnels.
     *
     * @param tunnels of the uplink that the burst came in by
     */
    public void process(Burst burst, Tunnel[] tunnels) {
        final long found = addressed(burst, tunnels);
        if (found != 0) {
            final int size = burst.size;
            // Were this to fail, by a defect of ours, frames would be lost, but none sent twice.
            burst.size = 0;
            final long taken = take(burst, found, tunnels);
            burst.keep(every(size) & ~taken);
            run(burst);
        }
    }

    private static long every(int size) {
        return -1L >>> (Burst.MAX - size);
    }

    /** IP packets to our MAC and an address of a tunnel, as bits. */
    private static long addressed(Burst burst, Tunnel[] tunnels) {
        long found = 0;
        final int size = burst.size;
        for (int t = 0; t < tunnels.length; t++) {
            final Tunnel tunnel = tunnels[t];
            for (int i = 0; i < size; i++) {
                final long row = burst.row(i);
                if ((Row.facts(row) & WANTED) == WANTED
                        && (Row.family(row) == Burst.KEY_IPV4
                                ? tunnel.isLocal4((int) Row.key0(row))
                                : tunnel.isLocal6(Row.key0(row), Row.key1(row)))) {
                    found |= 1L << i;
                }
            }
        }
        return found;
    }

    /** Frames that are in the burst no longer, as bits. */
    private long take(Burst burst, long found, Tunnel[] tunnels) {
        int count = 0;
        long taken = 0;
        several = 0;
        for (long left = found; left != 0; left &= left - 1) {
            final int i = Long.numberOfTrailingZeros(left);
            final int answer = decap.take(burst, i, tunnels, inner, count);
            if (answer == Decap.STAYS) {
                continue;
            }
            taken |= 1L << i;
            if (answer == Decap.TAKEN) {
                places[count] = decap.place();
                noted[count] = decap.tunnel().collects;
                several |= places[count] ^ places[0];
                count++;
            } else {
                counters.add(decap.tunnel().index, PortCounter.COUNT + answer, 1);
                Memory.put64(dropped + 8L * droppedCount++, burst.mbuf(i));
            }
        }
        inner.size = count;
        if (droppedCount > 0) {
            pool.free(dropped, droppedCount);
            droppedCount = 0;
        }
        return taken;
    }

    private void run(Burst outer) {
        inner.epoch = outer.epoch;
        inner.snapshot = outer.snapshot;
        inner.whole = outer.whole;
        long left = inner.size == 0 ? 0 : every(inner.size);
        while (left != 0) {
            final int first = Long.numberOfTrailingZeros(left);
            final long same = several == 0 ? left : same(left, places[first]);
            final Burst burst = same == every(inner.size) ? inner : part(same);
            burst.ingress = places[first];
            burst.tunneled = noted[first];
            receive(burst);
            left &= ~same;
        }
        inner.clear();
    }

    /** Those of some inner frames that come in at one place, as bits. */
    private long same(long some, int place) {
        long same = 0;
        for (long left = some; left != 0; left &= left - 1) {
            final int i = Long.numberOfTrailingZeros(left);
            if (places[i] == place) {
                same |= 1L << i;
            }
        }
        return same;
    }

    private Burst part(long some) {
        inner.tunneled = true;
        part.tunneled = true;
        part.take(inner, some);
        return part;
    }

    private void receive(Burst burst) {
        long bytes = 0;
        for (int i = 0; i < burst.size; i++) {
            bytes += burst.length(i);
        }
        counters.add(burst.ingress, PortCounter.RECEIVE_PACKETS_COLUMN, burst.size);
        counters.add(burst.ingress, PortCounter.RECEIVE_BYTES_COLUMN, bytes);
        Stages.run(onward, burst);
    }
}
