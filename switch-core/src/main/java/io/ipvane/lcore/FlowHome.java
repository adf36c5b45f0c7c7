// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.FlowTuple;
import io.ipvane.table.KeyedHash;
import java.lang.foreign.Arena;

/**
 * On which lcore a conversation is at home: the same one for both directions, and for the ICMP
 * errors about it, so that whoever keeps state of it needs no lock.
 *
 * <p>Fragments do not say their ports, and are at home by their addresses alone: there they can be
 * put together. The hash is keyed, so that nobody can choose ports that all fall on one lcore.
 *
 * <p>Owned by the lcore that runs it; the answers of all lcores with one secret agree.
 */
@HotPath
final class FlowHome {
    /** It has no home: whichever lcore has it may go on with it. */
    static final int ANYWHERE = -1;

    // Two numbers whose bits are evenly spread, so that a secret of few bits multiplies as well.
    private static final long BITS = 0x9E37_79B9_7F4A_7C15L;
    private static final long MULTIPLIER = 0xBF58_476D_1CE4_E5B9L;

    private final int homes;
    private final long secret;
    private final FramePool pool;
    private final long headers;
    private final FlowTuple tuple = new FlowTuple();

    /**
     * Chooses among some lcores.
     *
     * @param homes how many, at least 1
     * @param secret one number for all of them that nobody outside knows
     * @param arena lives longer
     */
    FlowHome(int homes, long secret, FramePool pool, Arena arena) {
        this.homes = homes;
        this.secret = KeyedHash.fold(secret ^ BITS, MULTIPLIER) | 1;
        this.pool = pool;
        this.headers = arena.allocate(FlowTuple.BYTES, Long.BYTES).address();
    }

    /**
     * The place of the home of a parsed frame, 0 to the number of them less one, or {@link
     * #ANYWHERE} where it is no IP.
     *
     * @param zone conversations of two zones are never the same
     */
    int of(int zone, Burst burst, int i) {
        if ((burst.facts(i) & Facts.IP) == 0) {
            return ANYWHERE;
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
        return tuple.read(ip, whole, ipv4) ? home(zone) : ANYWHERE;
    }

    /** Both ends count alike: their sum does not say which of them sent. */
    private int home(int zone) {
        final long ends =
                end(tuple.source0(), tuple.source1(), tuple.sourcePort())
                        + end(tuple.destination0(), tuple.destination1(), tuple.destinationPort());
        final long rest = (long) zone << Byte.SIZE | tuple.protocol();
        final long hash = KeyedHash.fold(ends ^ rest, secret);
        return (int) Math.unsignedMultiplyHigh(hash, homes);
    }

    private long end(long high, long low, int port) {
        final long once = KeyedHash.fold(high ^ secret, low ^ Long.rotateLeft(secret, 17));
        return KeyedHash.fold(once ^ port, Long.rotateLeft(secret, 41));
    }
}
