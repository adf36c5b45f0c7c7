// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.harness;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.AddressTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The same work in C, {@code native/bench/reference.c}: set up from a snapshot of the Java switch,
 * over the same DPDK ports, with the same verdicts and a table of the same layout, size and
 * contents. One thread.
 */
public final class ReferenceSwitch implements AutoCloseable {
    private static final MethodHandle NEW =
            BenchLibrary.call(
                    "ipvane_bench_new", POINTER, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle PORT =
            BenchLibrary.call(
                    "ipvane_bench_port",
                    JAVA_INT,
                    POINTER,
                    JAVA_INT,
                    JAVA_SHORT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    POINTER,
                    JAVA_INT);
    private static final MethodHandle PUT4 =
            BenchLibrary.call("ipvane_bench_put4", null, POINTER, JAVA_INT, JAVA_INT);
    private static final MethodHandle PUT6 =
            BenchLibrary.call("ipvane_bench_put6", null, POINTER, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RUN =
            BenchLibrary.call("ipvane_bench_run", JAVA_LONG, POINTER, JAVA_INT, JAVA_LONG);
    private static final MethodHandle COUNTER =
            BenchLibrary.call("ipvane_bench_counter", JAVA_LONG, POINTER, JAVA_INT, JAVA_INT);
    private static final MethodHandle OTHER =
            BenchLibrary.call("ipvane_bench_other", JAVA_LONG, POINTER);
    private static final MethodHandle FREE = BenchLibrary.call("ipvane_bench_free", null, POINTER);
    private static final MethodHandle THREAD_NANOS =
            BenchLibrary.call("ipvane_bench_thread_nanos", JAVA_LONG);

    private final long address;

    /**
     * @param snapshot of the Java switch
     * @param devices DPDK's number of the port behind each entry
     */
    public ReferenceSwitch(ForwardingSnapshot snapshot, int[] devices) {
        final AddressTable table = snapshot.addresses();
        final PortEntry uplink = snapshot.entry(0);
        try {
            address =
                    (long) NEW.invokeExact(table.slots4(), table.slots6(), 0, uplink.uplink.mac());
            for (int i = 0; i < devices.length; i++) {
                port(snapshot.entry(i), devices[i]);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("the C reference could not be set up", e);
        }
        table.forEach(new Copy());
    }

    private void port(PortEntry entry, int device) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment verdicts =
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, entry.verdicts);
            final int result =
                    (int)
                            PORT.invokeExact(
                                    address,
                                    entry.index,
                                    (short) device,
                                    entry.maxFrame,
                                    entry.antispoof ? 1 : 0,
                                    entry.role == PortEntry.Role.UPLINK ? 1 : 0,
                                    verdicts.address(),
                                    entry.verdicts.length);
            if (result < 0) {
                throw new IllegalStateException("port " + entry.index + ": " + result);
            }
        }
    }

    /** So many turns with frames from the port {@code ingress}; the number of frames. */
    public long run(int ingress, long turns) {
        try {
            return (long) RUN.invokeExact(address, ingress, turns);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** One counter; columns as in {@link io.ipvane.counters.PortCounter}. */
    public long counter(int port, int column) {
        try {
            return (long) COUNTER.invokeExact(address, port, column);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Frames that it did not know: a benchmark with one is void. */
    public long other() {
        try {
            return (long) OTHER.invokeExact(address);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** CPU time of the calling thread, nanoseconds. */
    public static long threadNanos() {
        try {
            return (long) THREAD_NANOS.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            FREE.invokeExact(address);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Copy implements AddressTable.Visitor {
        @Override
        public void entry4(int domain, int address4, int value) {
            try {
                PUT4.invokeExact(address, address4, value);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void entry6(int domain, long hi, long lo, int value) {
            try {
                PUT6.invokeExact(address, hi, lo, value);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
