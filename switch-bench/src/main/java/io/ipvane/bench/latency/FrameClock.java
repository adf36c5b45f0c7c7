// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.bench.harness.BenchLibrary;
import io.ipvane.bench.harness.Traffic;
import io.ipvane.bench.latency.Intruder.Side;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.Mempool;
import io.ipvane.memory.Memory;
import io.ipvane.packet.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Sends frames that carry the time at which they were due, takes them back and keeps how late each
 * was. The loop is in {@code native/bench/latency.c}. One thread, registered with DPDK and pinned.
 */
final class FrameClock {
    /** The MAC that the switch under test has, and that frames go to. */
    static final long MAC = 0x0200_0000_0001L;

    /** Where frames go to; the switch under test gives it to its port. */
    static final IpAddress DESTINATION = IpAddress.ipv4(0x0A00_0001);

    /** Longer than this between two looks at the clock, and the generator itself stood still. */
    static final long STALL_NANOS = 5_000;

    /** After this a frame counts as lost. */
    static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long OUTSIDE = 0x0200_0000_00FEL;
    private static final IpAddress SOURCE = IpAddress.ipv4(0xC000_0201);
    private static final int MAX_STALLS = 65_536;
    private static final int SIZE = 152;
    private static final int OUT = 96;

    private static final MethodHandle ONE =
            BenchLibrary.call("ipvane_bench_one_in_flight", JAVA_INT, POINTER);
    private static final MethodHandle OPEN =
            BenchLibrary.call("ipvane_bench_open_loop", JAVA_INT, POINTER);

    private final Mempool pool;
    private final int tx;
    private final int rx;
    private int run;

    /**
     * @param pool of the frames sent
     * @param tx where frames are sent
     * @param rx where they come back
     */
    FrameClock(Mempool pool, EthDevice tx, EthDevice rx) {
        this.pool = pool;
        this.tx = tx.id();
        this.rx = rx.id();
    }

    /**
     * Runs one phase to its end and gives what was seen to {@code result}, which must not keep it.
     */
    <T> T run(Phase phase, Reader<T> result) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final int capacity = phase.capacity();
            final MemorySegment latencies = arena.allocate(4L * capacity, 64);
            final MemorySegment dues = arena.allocate(phase.rate() == 0 ? 8L * capacity : 8, 64);
            final MemorySegment stalls = arena.allocate(16L * MAX_STALLS, 64);
            final long frame = arena.allocate(64, 64).address();
            Traffic.write(frame, MAC, OUTSIDE, SOURCE, DESTINATION, 0);
            final long at = arena.allocate(SIZE, 64).address();
            Memory.put64(at, pool.address());
            Memory.put64(at + 8, frame);
            Memory.put64(at + 16, latencies.address());
            Memory.put64(at + 24, dues.address());
            Memory.put64(at + 32, stalls.address());
            Memory.put32(at + 40, Traffic.LENGTH);
            Memory.put32(at + 44, capacity);
            Memory.put32(at + 48, MAX_STALLS);
            Memory.put32(at + 52, ++run);
            Memory.put64(at + 56, phase.rate() == 0 ? 0 : 1_000_000_000_000L / phase.rate());
            Memory.put64(at + 64, TimeUnit.SECONDS.toNanos(phase.seconds()));
            Memory.put64(at + 72, PATIENCE_NANOS);
            Memory.put64(at + 80, STALL_NANOS);
            Memory.put16(at + 88, tx);
            Memory.put16(at + 90, rx);
            go(phase, at);
            return result.read(new Raw(at, phase.rate(), latencies, dues, stalls));
        }
    }

    private static void go(Phase phase, long at) {
        final int failed;
        try {
            failed = phase.rate() == 0 ? (int) ONE.invokeExact(at) : (int) OPEN.invokeExact(at);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (failed < 0) {
            throw new IllegalStateException(phase.title() + ": errno " + -failed);
        }
    }

    /** Takes out of a run what shall outlive it. */
    interface Reader<T> {
        T read(Raw raw) throws IOException;
    }

    /** What a run left in native memory. */
    record Raw(
            long at, long rate, MemorySegment latencies, MemorySegment dues, MemorySegment stalls) {
        /** When the first frame was due, as System.nanoTime(). */
        long start() {
            return out(0);
        }

        long sent() {
            return out(1);
        }

        long received() {
            return out(2);
        }

        /** Frames that were not ours, or came twice. */
        long strangers() {
            return out(3);
        }

        /** How often the link did not take a frame at once. */
        long backPressure() {
            return out(4);
        }

        long stallCount() {
            return out(5);
        }

        long longestStall() {
            return out(6);
        }

        /** When the generator stood still for at least so long, in order. */
        List<Intruder> stalls(long least) {
            return IntStream.range(0, (int) Math.min(stallCount(), MAX_STALLS))
                    .mapToObj(i -> new Intruder("stall", Side.GENERATOR, stall(i, 0), stall(i, 1)))
                    .filter(s -> s.length() >= least)
                    .toList();
        }

        private long stall(int i, int word) {
            return stalls.getAtIndex(JAVA_LONG, 2L * i + word);
        }

        /** How late a frame came back, or 0 where it did not. */
        long latency(int sequence) {
            return latencies.getAtIndex(ValueLayout.JAVA_INT, sequence) & 0xFFFF_FFFFL;
        }

        /** When a frame was due, after {@link #start}. */
        long due(int sequence) {
            return rate == 0
                    ? dues.getAtIndex(JAVA_LONG, sequence)
                    : (long) (sequence * (1e9 / rate));
        }

        private long out(int i) {
            return Memory.i64(at + OUT + 8L * i);
        }
    }
}
