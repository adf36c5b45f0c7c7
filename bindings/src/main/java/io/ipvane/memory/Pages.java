// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Zeroed native memory for tables that are read at random. A large one asks the kernel for huge
 * pages: with pages of 4 KiB nearly every access to a table of many megabytes also misses the TLB.
 * Where the kernel gives none ({@code transparent_hugepage} is {@code never}) the memory is the
 * same, only slower. Any thread.
 */
public final class Pages {
    private static final long HUGE = 2L << 20;

    /** Below this a table fits few small pages, and a huge one would be mostly empty. */
    private static final long LARGE = HUGE / 2;

    private static final long CACHE_LINE = 64;

    // As all Linux machines have them that DPDK runs on.
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final long MAP_FAILED = -1;

    private static final MethodHandle MMAP =
            libc("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = libc("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MADVISE =
            libc("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    private Pages() {}

    @SuppressWarnings("restricted")
    private static MethodHandle libc(String name, MemoryLayout result, MemoryLayout... arguments) {
        final Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find(name).orElseThrow(),
                FunctionDescriptor.of(result, arguments));
    }

    /**
     * Memory that lives as long as {@code arena}, aligned to a cache line at least.
     *
     * @return its address
     * @throws OutOfMemoryError where there is none
     */
    public static long zeroed(Arena arena, long bytes) {
        return bytes < LARGE ? arena.allocate(bytes, CACHE_LINE).address() : mapped(arena, bytes);
    }

    @SuppressWarnings("restricted")
    private static long mapped(Arena arena, long bytes) {
        final long length = bytes + HUGE;
        final long mapping = map(length);
        if (mapping == MAP_FAILED) {
            throw new OutOfMemoryError("no memory for a table of " + bytes + " bytes");
        }
        MemorySegment.ofAddress(mapping).reinterpret(length, arena, all -> unmap(all, length));
        final long start = (mapping + HUGE - 1) & -HUGE;
        advise(start, bytes);
        return start;
    }

    private static long map(long length) {
        try {
            return (long)
                    MMAP.invokeExact(0L, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void advise(long address, long bytes) {
        try {
            final int ignored = (int) MADVISE.invokeExact(address, bytes, MADV_HUGEPAGE);
            assert ignored <= 0;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void unmap(MemorySegment all, long length) {
        try {
            final int result = (int) MUNMAP.invokeExact(all.address(), length);
            assert result == 0;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
