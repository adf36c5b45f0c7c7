// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.burst.Burst;
import io.ipvane.memory.Memory;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import java.lang.foreign.Arena;

/** The switch's address table with the entries of a stream, asked a burst at a time. One thread. */
final class OurTable implements AutoCloseable {
    /** Nothing is deleted, so nothing waits. */
    private static final Grace NO_READERS =
            new Grace() {
                @Override
                public long retire() {
                    return 0;
                }

                @Override
                public boolean passed(long ticket) {
                    return true;
                }
            };

    /** Bytes from key to key and from owner to owner. */
    private static final int STRIDE = 8;

    private final KeyStream keys;
    private final boolean ipv4;
    private final AddressTable table;
    private final Arena arena = Arena.ofShared();
    private final long owners = arena.allocate((long) STRIDE * Burst.MAX, 64).address();
    private final long slots = arena.allocate((long) STRIDE * Burst.MAX, 64).address();

    OurTable(KeyStream keys) {
        this.keys = keys;
        this.ipv4 = keys.ipv4();
        table = new AddressTable(ipv4 ? keys.entries() : 0, ipv4 ? 0 : keys.entries(), NO_READERS);
        keys.forEachEntry(this::put);
        long found = 0;
        for (int burst = 0; burst < keys.bursts(); burst++) {
            find(burst);
            found += found();
        }
        keys.check("find", found);
    }

    private long found() {
        long found = 0;
        for (int i = 0; i < Burst.MAX; i++) {
            found += Memory.i32(owners + (long) i * STRIDE) >= 0 ? 1 : 0;
        }
        return found;
    }

    private void put(long high, long low, long key, int owner) {
        final AddressTable.Outcome outcome =
                ipv4 ? table.put4(0, (int) low, owner) : table.put6(0, high, low, owner);
        if (outcome != AddressTable.Outcome.ADDED) {
            throw new IllegalStateException("an address was not added: " + outcome);
        }
    }

    /** Asks one burst. */
    void find(int burst) {
        if (ipv4) {
            table.find4(0, keys.lowAt(burst), slots, owners, STRIDE, Burst.MAX);
        } else {
            table.find6(0, keys.highAt(burst), keys.lowAt(burst), slots, owners, STRIDE, Burst.MAX);
        }
    }

    AddressTable table() {
        return table;
    }

    @Override
    public void close() {
        table.close();
        arena.close();
    }
}
