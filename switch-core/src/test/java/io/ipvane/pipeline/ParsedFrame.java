// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;
import io.ipvane.burst.Facts;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;

/** Everything that the parser wrote about one frame; reason is null unless it was discarded. */
record ParsedFrame(
        int facts,
        int l3,
        int etherType,
        int family,
        long key0,
        long key1,
        long source0,
        long source1,
        DropReason reason) {

    /** Parses one frame, one segment an array, in a pool of its own, and checks the balance. */
    static ParsedFrame of(int options, byte[]... segments) {
        try (MemoryPool pool = new MemoryPool(16, 2048)) {
            return of(pool, options, segments);
        }
    }

    /** Parses one frame, one segment an array, and frees it. */
    static ParsedFrame of(MemoryPool pool, int options, byte[]... segments) {
        try (Arena arena = Arena.ofConfined()) {
            final Burst burst = new Burst(arena);
            final long mbuf = pool.frame(segments);
            load(burst, 0, pool, mbuf);
            burst.size = 1;
            Parser.parse(burst, Frames.OWN, options, pool);
            pool.free(mbuf);
            return at(burst, 0);
        }
    }

    /** Puts a frame into a burst as a device would. */
    static void load(Burst burst, int i, MemoryPool pool, long mbuf) {
        burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
    }

    /** Reads the columns of one frame. */
    static ParsedFrame at(Burst burst, int i) {
        final boolean discarded = (burst.facts(i) & Facts.DISCARD) != 0;
        return new ParsedFrame(
                burst.facts(i) & Facts.MASK,
                burst.l3(i),
                burst.etherType(i),
                burst.family(i),
                burst.key0(i),
                burst.family(i) == Burst.KEY_IPV4 ? 0 : burst.key1(i),
                burst.source0(i),
                burst.family(i) == Burst.KEY_IPV4 ? 0 : burst.source1(i),
                discarded ? DropReasons.of(burst.reason(i)) : null);
    }

    boolean has(int fact) {
        return (facts & fact) != 0;
    }
}
