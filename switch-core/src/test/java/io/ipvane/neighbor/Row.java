// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.pipeline.Parser;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;

/** One frame as row 0 of a burst, parsed as for an uplink that answers ARP and ND itself. */
final class Row implements AutoCloseable {
    final Burst burst;
    private final Arena arena = Arena.ofConfined();
    private final MemoryPool pool;

    Row(MemoryPool pool, byte[]... segments) {
        this.pool = pool;
        burst = new Burst(arena);
        final long mbuf = pool.frame(segments);
        burst.size = 1;
        burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        Parser.parse(burst, Frames.OWN, Parser.STRICT | Parser.SOLICIT_TARGET, pool);
    }

    /** As lookup leaves it when the key belongs to a port. */
    Row ownedBy(int port) {
        burst.facts(0, burst.facts(0) | Facts.KNOWN);
        burst.port(0, port);
        return this;
    }

    @Override
    public void close() {
        pool.free(burst.mbuf(0));
        arena.close();
    }
}
