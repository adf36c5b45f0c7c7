// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.FlowTuple;
import io.ipvane.table.KeyedHash;
import java.lang.foreign.Arena;

/**
 * A number for the conversation that a frame belongs to: the same one for both directions, and for
 * the ICMP errors about it. Addresses, protocol and ports make it; of a fragment, which does not
 * say its ports, and of those that come after it, the addresses and the protocol alone.
 *
 * <p>Owned by one thread; those with one secret agree.
 */
@HotPath
public final class FlowHash {
    /** What a frame has that is no IP. */
    public static final long NONE = 0;

    // Two numbers whose bits are evenly spread, so that a secret of few bits multiplies as well.
    private static final long BITS = 0x9E37_79B9_7F4A_7C15L;
    private static final long MULTIPLIER = 0xBF58_476D_1CE4_E5B9L;

    private final long secret;
    private final FramePool pool;
    private final long headers;
    private final FlowTuple tuple = new FlowTuple();

    /** Without a secret: the same for every switch, and after each start. */
    FlowHash(Arena arena, FramePool pool) {
        this(arena, pool, 0);
    }

    /**
     * With a secret, so that nobody can choose ports that all meet.
     *
     * @param arena lives longer
     */
    public FlowHash(Arena arena, FramePool pool, long secret) {
        this.secret = KeyedHash.fold(secret ^ BITS, MULTIPLIER) | 1;
        this.pool = pool;
        this.headers = arena.allocate(FlowTuple.BYTES, Long.BYTES).address();
    }

    /** As the other, where there is one zone. */
    long of(Burst burst, int i) {
        return of(0, burst, i);
    }

    /**
     * The number of a parsed frame's conversation, which is never {@link #NONE}; that is for frames
     * that are no IP.
     *
     * @param zone conversations of two zones are never the same
     */
    public long of(int zone, Burst burst, int i) {
        if ((burst.facts(i) & Facts.IP) == 0) {
            return NONE;
        }
        final int l3 = burst.l3(i);
        final int whole = Math.min(burst.length(i) - l3, FlowTuple.BYTES);
        final int here = burst.contiguous(i) - l3;
        long ip = burst.data(i) + l3;
        if (here < whole) {
            pool.read(burst.mbuf(i), l3, headers, whole);
            ip = headers;
        }
        final boolean ipv4 = burst.etherType(i) == Ethernet.TYPE_IPV4;
        return tuple.read(ip, whole, ipv4) ? hash(zone) : NONE;
    }

    /** Both ends count alike: their sum does not say which of them sent. */
    private long hash(int zone) {
        final long ends =
                end(tuple.source0(), tuple.source1(), tuple.sourcePort())
                        + end(tuple.destination0(), tuple.destination1(), tuple.destinationPort());
        final long rest = (long) zone << Byte.SIZE | tuple.protocol();
        final long hash = KeyedHash.fold(ends ^ rest, secret);
        return hash == NONE ? 1 : hash;
    }

    private long end(long high, long low, int port) {
        final long once = KeyedHash.fold(high ^ secret, low ^ Long.rotateLeft(secret, 17));
        return KeyedHash.fold(once ^ port, Long.rotateLeft(secret, 41));
    }
}
