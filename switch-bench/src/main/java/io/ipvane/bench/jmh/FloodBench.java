// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Lookups in a table full of addresses that an attacker chose, beside one of random addresses. */
public class FloodBench {
    private static final int ENTRIES = 1 << 14;

    /** A table of one kind of addresses. */
    @State(Scope.Thread)
    public abstract static class Filled {
        @Param({"4", "6"})
        int family;

        @Param Attack attack;

        private KeyStream keys;
        private OurTable table;
        private int next;

        abstract Addresses addresses();

        @Setup
        public void fill(Lcore lcore) {
            keys = new KeyStream(family, ENTRIES, 100, addresses());
            table = new OurTable(keys);
        }

        void find() {
            for (int i = 0; i < KeyStream.BURSTS; i++) {
                table.find(next + i);
            }
            next = next + KeyStream.BURSTS == keys.bursts() ? 0 : next + KeyStream.BURSTS;
        }

        @TearDown
        public void close() {
            table.close();
            keys.close();
        }
    }

    /** What the attacker chose. */
    public static class Attacked extends Filled {
        @Override
        Addresses addresses() {
            return attack.of(family, ENTRIES);
        }
    }

    /** Nobody chose them. */
    public static class Unattacked extends Filled {
        @Override
        Addresses addresses() {
            return new RandomAddresses(family);
        }
    }

    @Benchmark
    @OperationsPerInvocation(KeyStream.LOOKUPS)
    public void flooded(Attacked table) {
        table.find();
    }

    @Benchmark
    @Baseline(of = "flooded", label = "random")
    @OperationsPerInvocation(KeyStream.LOOKUPS)
    public void random(Unattacked table) {
        table.find();
    }
}
