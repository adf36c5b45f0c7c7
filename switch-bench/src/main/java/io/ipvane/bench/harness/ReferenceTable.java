// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.harness;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.table.AddressTable;
import java.lang.invoke.MethodHandle;

/**
 * The address table of {@link ReferenceSwitch}: the same slots, as many of them, the same contents
 * and the same hash as a table in Java, under another secret; asked by C that prefetches. One
 * domain.
 */
public final class ReferenceTable implements AutoCloseable {
    private static final MethodHandle NEW =
            BenchLibrary.call(
                    "ipvane_bench_new", POINTER, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle PUT4 =
            BenchLibrary.call("ipvane_bench_put4", null, POINTER, JAVA_INT, JAVA_INT);
    private static final MethodHandle PUT6 =
            BenchLibrary.call("ipvane_bench_put6", null, POINTER, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle FIND4 =
            BenchLibrary.call("ipvane_bench_find4", null, POINTER, POINTER, JAVA_INT, POINTER);
    private static final MethodHandle FIND6 =
            BenchLibrary.call(
                    "ipvane_bench_find6", null, POINTER, POINTER, POINTER, JAVA_INT, POINTER);
    private static final MethodHandle FREE = BenchLibrary.call("ipvane_bench_free", null, POINTER);

    private final long address;

    /**
     * A copy of a table.
     *
     * @param domain the one domain of its entries
     * @param mac of the switch around it
     */
    public ReferenceTable(AddressTable table, int domain, long mac) {
        try {
            address = (long) NEW.invokeExact(table.slots4(), table.slots6(), domain, mac);
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
        if (address == 0) {
            throw new IllegalStateException("no memory for a table in C");
        }
        table.forEach(new Copy());
    }

    /** The switch around the table. */
    long address() {
        return address;
    }

    /**
     * Owners of IPv4 addresses, 64 at a time.
     *
     * @param keys address of an array of addresses as 64-bit numbers
     * @param owners address of an array of 64 ints, written by every burst anew
     */
    public void find4(long keys, int bursts, long owners) {
        try {
            FIND4.invokeExact(address, keys, bursts, owners);
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
    }

    /** As {@link #find4}, for IPv6: arrays of high and of low halves. */
    public void find6(long high, long low, int bursts, long owners) {
        try {
            FIND6.invokeExact(address, high, low, bursts, owners);
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
    }

    @Override
    public void close() {
        try {
            FREE.invokeExact(address);
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
    }

    private final class Copy implements AddressTable.Visitor {
        @Override
        public void entry4(int domain, int address4, int value) {
            try {
                PUT4.invokeExact(address, address4, value);
            } catch (Throwable e) {
                throw BenchLibrary.failed(e);
            }
        }

        @Override
        public void entry6(int domain, long hi, long lo, int value) {
            try {
                PUT6.invokeExact(address, hi, lo, value);
            } catch (Throwable e) {
                throw BenchLibrary.failed(e);
            }
        }
    }
}
