// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.harness;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;

/**
 * DPDK's own hash table, {@code rte_hash} with its CRC hash: what a DPDK program would use for
 * addresses. Its hash has no secret. Memory is DPDK's, in hugepages where there are some.
 */
public final class RteHash implements AutoCloseable {
    private static final MethodHandle NEW =
            BenchLibrary.call("ipvane_bench_hash_new", POINTER, POINTER, JAVA_INT, JAVA_INT);
    private static final MethodHandle PUT =
            BenchLibrary.call("ipvane_bench_hash_put", JAVA_INT, POINTER, POINTER, JAVA_INT);
    private static final MethodHandle FIND =
            BenchLibrary.call(
                    "ipvane_bench_hash_find", null, POINTER, POINTER, JAVA_INT, JAVA_INT, POINTER);
    private static final MethodHandle FREE =
            BenchLibrary.call("ipvane_bench_hash_free", null, POINTER);

    private final long address;

    /** An empty table for so many keys of {@code keyBytes}. */
    public RteHash(int entries, int keyBytes) {
        try (Arena arena = Arena.ofConfined()) {
            final long name = NativeLibrary.cString(arena, "bench");
            address = (long) NEW.invokeExact(name, entries, keyBytes);
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
        if (address == 0) {
            throw new IllegalStateException("no rte_hash for " + entries + " keys: no memory");
        }
    }

    /** Adds the key at {@code key}. */
    public void put(long key, int owner) {
        final int result;
        try {
            result = (int) PUT.invokeExact(address, key, owner);
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
        if (result < 0) {
            throw new IllegalStateException("rte_hash_add_key_data: " + result);
        }
    }

    /**
     * Owners of keys, 64 at a time by {@code rte_hash_lookup_bulk_data}.
     *
     * @param keys address of keys that lie {@code stride} bytes apart
     * @param owners address of an array of 64 ints, written by every burst anew; -1: none
     */
    public void find(long keys, int stride, int bursts, long owners) {
        try {
            FIND.invokeExact(address, keys, stride, bursts, owners);
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
}
