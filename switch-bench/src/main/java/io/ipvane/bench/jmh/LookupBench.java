// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.bench.harness.ReferenceTable;
import io.ipvane.bench.harness.RteHash;
import io.ipvane.burst.Burst;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The address table: lookups a second, asked in bursts, addresses in random order. */
public class LookupBench {
    /** The questions, and how far they have been asked. */
    @State(Scope.Thread)
    public static class Keys {
        @Param({"4", "6"})
        int family;

        @Param({"1000", "65536", "1000000"})
        int entries;

        /** Per cent. */
        @Param({"100", "50", "0"})
        int hits;

        KeyStream stream;
        private int next;

        @Setup
        public void make(Lcore lcore) {
            stream = new KeyStream(family, entries, hits, new RandomAddresses(family));
        }

        /** First burst of the invocation. */
        int next() {
            final int first = next;
            next = first + KeyStream.BURSTS == stream.bursts() ? 0 : first + KeyStream.BURSTS;
            return first;
        }

        @TearDown
        public void close() {
            stream.close();
        }
    }

    /** Our table. */
    @State(Scope.Thread)
    public static class Ours {
        OurTable table;

        @Setup
        public void make(Keys keys) {
            table = new OurTable(keys.stream);
        }

        @TearDown
        public void close() {
            table.close();
        }
    }

    /** Where C leaves the owners of a burst. */
    @State(Scope.Thread)
    public static class Owners {
        private final Arena arena = Arena.ofShared();
        final long at = arena.allocate(4L * Burst.MAX, 64).address();

        /** Addresses of the last burst that had an owner. */
        int found() {
            int found = 0;
            for (int i = 0; i < Burst.MAX; i++) {
                found += Memory.i32(at + 4L * i) >= 0 ? 1 : 0;
            }
            return found;
        }

        @TearDown
        public void close() {
            arena.close();
        }
    }

    /** The same table in C. */
    @State(Scope.Thread)
    public static class InC {
        ReferenceTable table;

        @Setup
        public void make(Keys keys, Owners owners) {
            try (OurTable ours = new OurTable(keys.stream)) {
                table = new ReferenceTable(ours.table(), 0, 0);
            }
            long found = 0;
            for (int burst = 0; burst < keys.stream.bursts(); burst++) {
                find(keys.stream, burst, 1, owners.at);
                found += owners.found();
            }
            keys.stream.check("the table in C", found);
        }

        void find(KeyStream keys, int burst, int bursts, long owners) {
            if (keys.ipv4()) {
                table.find4(keys.lowAt(burst), bursts, owners);
            } else {
                table.find6(keys.highAt(burst), keys.lowAt(burst), bursts, owners);
            }
        }

        @TearDown
        public void close() {
            table.close();
        }
    }

    /** DPDK's hash table. */
    @State(Scope.Thread)
    public static class Dpdk {
        RteHash hash;

        @Setup
        public void make(Keys keys, Owners owners) {
            hash = new RteHash(keys.stream.entries(), keys.stream.keyBytes());
            keys.stream.forEachEntry((high, low, key, owner) -> hash.put(key, owner));
            long found = 0;
            for (int burst = 0; burst < keys.stream.bursts(); burst++) {
                find(keys.stream, burst, 1, owners.at);
                found += owners.found();
            }
            keys.stream.check("rte_hash", found);
        }

        void find(KeyStream keys, int burst, int bursts, long owners) {
            hash.find(keys.keysAt(burst), keys.keyStride(), bursts, owners);
        }

        @TearDown
        public void close() {
            hash.close();
        }
    }

    @Benchmark
    @OperationsPerInvocation(KeyStream.LOOKUPS)
    public void lookup(Keys keys, Ours ours) {
        final int first = keys.next();
        for (int i = 0; i < KeyStream.BURSTS; i++) {
            ours.table.find(first + i);
        }
    }

    @Benchmark
    @Baseline(of = "lookup", label = "C")
    @OperationsPerInvocation(KeyStream.LOOKUPS)
    public void lookupC(Keys keys, InC c, Owners owners) {
        c.find(keys.stream, keys.next(), KeyStream.BURSTS, owners.at);
    }

    @Benchmark
    @Baseline(of = "lookup", label = "rte_hash")
    @OperationsPerInvocation(KeyStream.LOOKUPS)
    public void lookupRteHash(Keys keys, Dpdk dpdk, Owners owners) {
        dpdk.find(keys.stream, keys.next(), KeyStream.BURSTS, owners.at);
    }
}
