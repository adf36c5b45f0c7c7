// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.harness;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The same work in C, {@code native/bench/reference.c}: set up from a snapshot of the Java switch,
 * over the same DPDK ports, with the same verdicts and a {@link ReferenceTable} of the same size
 * and contents. One thread.
 */
public final class ReferenceSwitch implements AutoCloseable {
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
    private static final MethodHandle RUN =
            BenchLibrary.call("ipvane_bench_run", JAVA_LONG, POINTER, JAVA_INT, JAVA_LONG);
    private static final MethodHandle COUNTER =
            BenchLibrary.call("ipvane_bench_counter", JAVA_LONG, POINTER, JAVA_INT, JAVA_INT);
    private static final MethodHandle OTHER =
            BenchLibrary.call("ipvane_bench_other", JAVA_LONG, POINTER);
    private static final MethodHandle THREAD_NANOS =
            BenchLibrary.call("ipvane_bench_thread_nanos", JAVA_LONG);

    private static final MethodHandle STAGE =
            BenchLibrary.call(
                    "ipvane_bench_stage",
                    JAVA_LONG,
                    POINTER,
                    JAVA_INT,
                    JAVA_INT,
                    POINTER,
                    JAVA_INT);
    private static final MethodHandle ROW_BYTES =
            BenchLibrary.call("ipvane_bench_row_bytes", JAVA_INT);

    /** The passes over a burst, in the order of C's {@code enum stage}. */
    public enum Stage {
        PARSE,
        LOOKUP,
        DECIDE,
        REWRITE,
        ALL
    }

    private final ReferenceTable table;
    private final long address;

    /**
     * @param snapshot of the Java switch
     * @param devices DPDK's number of the port behind each entry
     */
    public ReferenceSwitch(ForwardingSnapshot snapshot, int[] devices) {
        table = new ReferenceTable(snapshot.addresses(), 0, snapshot.entry(0).segment.mac());
        address = table.address();
        try {
            for (int i = 0; i < devices.length; i++) {
                port(snapshot.entry(i), devices[i]);
            }
        } catch (Throwable e) {
            table.close();
            throw new IllegalStateException("the C reference could not be set up", e);
        }
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
            throw BenchLibrary.failed(e);
        }
    }

    /**
     * One pass over bursts of 64 frames that nobody sends.
     *
     * @param arrays address of C's {@code struct stage_arrays}: frames, rows of {@link #rowBytes},
     *     owners of 4 and verdicts of 1 byte, 64 a burst
     */
    public long stage(int ingress, Stage stage, long arrays, int bursts) {
        try {
            return (long) STAGE.invokeExact(address, ingress, stage.ordinal(), arrays, bursts);
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
    }

    /** Bytes of what the first pass knows of one frame. */
    public static int rowBytes() {
        try {
            return (int) ROW_BYTES.invokeExact();
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
    }

    /** One counter; columns as in {@link io.ipvane.counters.PortCounter}. */
    public long counter(int port, int column) {
        try {
            return (long) COUNTER.invokeExact(address, port, column);
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
    }

    /** Frames that it did not know: a benchmark with one is void. */
    public long other() {
        try {
            return (long) OTHER.invokeExact(address);
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
    }

    /** CPU time of the calling thread, nanoseconds. */
    public static long threadNanos() {
        try {
            return (long) THREAD_NANOS.invokeExact();
        } catch (Throwable e) {
            throw BenchLibrary.failed(e);
        }
    }

    @Override
    public void close() {
        table.close();
    }
}
