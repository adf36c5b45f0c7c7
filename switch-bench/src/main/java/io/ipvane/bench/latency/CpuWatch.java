// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.bench.harness.BenchLibrary;
import io.ipvane.bench.latency.Intruder.Side;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches who runs on the CPU that one thread should have for itself. The kernel keeps the notes;
 * nothing of this runs while it does.
 */
final class CpuWatch implements AutoCloseable {
    private static final MethodHandle WATCH =
            BenchLibrary.call("ipvane_bench_watch_cpu", POINTER, JAVA_INT);
    private static final MethodHandle SWITCHES =
            BenchLibrary.call("ipvane_bench_switches", JAVA_INT, POINTER, POINTER, JAVA_INT);
    private static final MethodHandle UNWATCH =
            BenchLibrary.call("ipvane_bench_unwatch", null, POINTER);
    private static final int MAX = 1 << 18;

    private final long watch;
    private final long owner;
    private final Side idle;
    private final long generatorPid;
    private final long switchPid;
    private final Map<Long, String> names = new HashMap<>();

    /**
     * @param owner thread id of the thread that should have the CPU
     * @param idle whose fault it is that nobody runs there
     */
    CpuWatch(int cpu, long owner, Side idle, long generatorPid, long switchPid) {
        this.owner = owner;
        this.idle = idle;
        this.generatorPid = generatorPid;
        this.switchPid = switchPid;
        try {
            watch = (long) WATCH.invokeExact(cpu);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (watch == 0) {
            throw new IllegalStateException(
                    "the kernel does not tell who runs on CPU " + cpu + ": run as root");
        }
    }

    /**
     * Everybody else who ran there since the last call, in order.
     *
     * @param start System.nanoTime() from which offsets count
     */
    List<Intruder> intruders(long start) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment switches = arena.allocate(16L * MAX, 64);
            final int count;
            try {
                count = (int) SWITCHES.invokeExact(watch, switches.address(), MAX);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            if (count < 0) {
                throw new IOException("more switches between threads than there is room for");
            }
            final List<Intruder> intruders = new ArrayList<>();
            for (int i = 0; i + 1 < count; i++) {
                final long at = switches.getAtIndex(JAVA_LONG, 2L * i);
                final long who = switches.getAtIndex(JAVA_LONG, 2L * i + 1);
                if ((int) who != owner) {
                    final long length = switches.getAtIndex(JAVA_LONG, 2L * i + 2) - at;
                    intruders.add(new Intruder(name(who), side(who >>> 32), at - start, length));
                }
            }
            return intruders;
        }
    }

    private Side side(long pid) {
        if (pid == 0) {
            return idle;
        }
        return pid == switchPid ? Side.SWITCH : pid == generatorPid ? Side.GENERATOR : Side.OTHER;
    }

    private String name(long who) throws IOException {
        final String known = names.get(who);
        if (known != null) {
            return known;
        }
        final long pid = who >>> 32;
        final Path comm = Path.of("/proc/" + pid + "/task/" + (int) who + "/comm");
        final String name =
                pid == 0 ? "idle" : Files.exists(comm) ? Files.readString(comm).strip() : "ended";
        names.put(who, name);
        return name;
    }

    @Override
    public void close() {
        try {
            UNWATCH.invokeExact(watch);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
