// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A DPDK mempool for tests of devices, straight over librte: no device, no huge pages. */
final class TestPool implements AutoCloseable {
    private static final List<String> EAL_ARGUMENTS =
            List.of("test", "--no-pci", "--no-shconf", "--no-telemetry", "--no-huge", "-m", "64");
    private static final SymbolLookup LIBRARIES = load();
    private static boolean started;
    private static int made;

    private final MemorySegment pool;

    /**
     * @param mbufs how many, each with room for 2,048 bytes behind its headroom
     */
    TestPool(int mbufs) {
        startEal();
        try (Arena arena = Arena.ofConfined()) {
            final MethodHandle create =
                    handle(
                            "rte_pktmbuf_pool_create",
                            FunctionDescriptor.of(
                                    ADDRESS,
                                    ADDRESS,
                                    JAVA_INT,
                                    JAVA_INT,
                                    JAVA_SHORT,
                                    JAVA_SHORT,
                                    JAVA_INT));
            pool =
                    (MemorySegment)
                            create.invokeExact(
                                    arena.allocateFrom("tap-test-" + made++),
                                    mbufs,
                                    0,
                                    (short) 0,
                                    (short) 2176,
                                    -1);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        if (pool.address() == 0) {
            throw new AssertionError("no memory for a pool of " + mbufs + " mbufs");
        }
    }

    long address() {
        return pool.address();
    }

    /** Mbufs that nobody holds. */
    int available() {
        try {
            return (int)
                    handle("rte_mempool_avail_count", FunctionDescriptor.of(JAVA_INT, ADDRESS))
                            .invokeExact(pool);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            handle("rte_mempool_free", FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(pool);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** On a thread of its own: the EAL pins the thread that starts it to a core. */
    private static synchronized void startEal() {
        if (started) {
            return;
        }
        final int[] result = new int[1];
        final Thread thread = new Thread(() -> result[0] = ealInit(), "eal-init");
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        // Below zero also where another test of this JVM has started it, which serves as well.
        started = true;
    }

    private static int ealInit() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment argv = arena.allocate(ADDRESS, EAL_ARGUMENTS.size() + 1);
            for (int i = 0; i < EAL_ARGUMENTS.size(); i++) {
                final MemorySegment text =
                        Arena.global()
                                .allocateFrom(EAL_ARGUMENTS.get(i), StandardCharsets.US_ASCII);
                argv.setAtIndex(ADDRESS, i, text);
            }
            return (int)
                    handle("rte_eal_init", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS))
                            .invokeExact(EAL_ARGUMENTS.size(), argv);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup load() {
        NativeLibrary.require();
        return SymbolLookup.libraryLookup("librte_eal.so.23", Arena.global())
                .or(SymbolLookup.libraryLookup("librte_mempool.so.23", Arena.global()))
                .or(SymbolLookup.libraryLookup("librte_mbuf.so.23", Arena.global()))
                .or(SymbolLookup.libraryLookup("librte_mempool_ring.so.23", Arena.global()));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(LIBRARIES.find(name).orElseThrow(), type);
    }
}
