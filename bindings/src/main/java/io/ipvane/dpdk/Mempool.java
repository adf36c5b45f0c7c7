// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.ffi.Dpdk;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A pool of mbufs, and what can be done with a frame made of them. Frames are addresses of their
 * first mbuf; every segment has {@link #HEADROOM} bytes before its data.
 *
 * <p>Any thread; one that is an {@link LcoreThread} gets a cache of its own, so that most calls
 * touch nothing shared. No byte of a segment that others share is ever written.
 *
 * <p>Source: DPDK {@code rte_mbuf.h}, {@code rte_mempool.h}.
 */
public final class Mempool implements AutoCloseable {
    /** Bytes before the data of a fresh frame. */
    public static final int HEADROOM = Dpdk.RTE_PKTMBUF_HEADROOM();

    /** Bytes of data a segment holds unless asked otherwise: any frame of MTU 1500. */
    public static final int DEFAULT_DATA_ROOM = 2048;

    private static final int MIN_DATA_ROOM = 256;

    /** Most bytes of data that one segment can hold. */
    public static final int MAX_DATA_ROOM = 65_535 - HEADROOM;

    private static final int CACHE = 256;

    private static final MethodHandle CREATE =
            NativeLibrary.call(
                    "ipvane_pool_create",
                    JAVA_INT,
                    POINTER,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    POINTER,
                    POINTER,
                    JAVA_INT);
    private static final MethodHandle ALLOCATE =
            NativeLibrary.critical("ipvane_mbuf_alloc", POINTER, POINTER, JAVA_INT);
    private static final MethodHandle ALLOCATE_BULK =
            NativeLibrary.critical("ipvane_mbuf_alloc_bulk", JAVA_INT, POINTER, POINTER, JAVA_INT);
    private static final MethodHandle REPLICATE =
            NativeLibrary.critical("ipvane_mbuf_replicate", POINTER, POINTER, POINTER);
    private static final MethodHandle PULL_UP =
            NativeLibrary.critical("ipvane_mbuf_pull_up", JAVA_INT, POINTER, JAVA_INT);
    private static final MethodHandle READ =
            NativeLibrary.critical("ipvane_mbuf_read", null, POINTER, JAVA_INT, POINTER, JAVA_INT);
    private static final MethodHandle SUM =
            NativeLibrary.critical("ipvane_mbuf_sum", JAVA_INT, POINTER, JAVA_INT);
    private static final MethodHandle TRIM =
            NativeLibrary.critical("ipvane_mbuf_trim", null, POINTER, JAVA_INT);
    private static final MethodHandle FREE =
            NativeLibrary.critical("ipvane_mbuf_free", null, POINTER);
    private static final MethodHandle FREE_BULK =
            NativeLibrary.critical("rte_pktmbuf_free_bulk", null, POINTER, JAVA_INT);

    private final String name;
    private final int count;
    private final int dataRoom;
    private final MemorySegment pool;
    private boolean closed;

    private Mempool(String name, int count, int dataRoom, MemorySegment pool) {
        this.name = name;
        this.count = count;
        this.dataRoom = dataRoom;
        this.pool = pool;
    }

    /**
     * Makes a pool.
     *
     * @param name of DPDK's, unique, at most 25 characters
     * @param count mbufs; 2^n - 1 wastes least
     * @param dataRoom bytes of data one segment holds, behind the headroom
     */
    public static Mempool create(String name, int count, int dataRoom) {
        Eal.requireRunning("mempool '" + name + "'");
        if (dataRoom < MIN_DATA_ROOM || dataRoom > MAX_DATA_ROOM) {
            throw new DpdkException(
                    "mempool '"
                            + name
                            + "': dataRoom="
                            + dataRoom
                            + " is not "
                            + MIN_DATA_ROOM
                            + " to "
                            + MAX_DATA_ROOM
                            + "; longer frames take several segments");
        }
        try (Arena arena = Arena.ofConfined();
                Reason why = new Reason()) {
            final MemorySegment out = arena.allocate(JAVA_LONG);
            final long cName = NativeLibrary.cString(arena, name);
            final int cache = Math.min(CACHE, count / 2);
            final int result =
                    Shim.asInt(
                            () ->
                                    (int)
                                            CREATE.invokeExact(
                                                    cName,
                                                    count,
                                                    cache,
                                                    dataRoom,
                                                    -1,
                                                    out.address(),
                                                    why.address(),
                                                    Reason.SIZE));
            if (result < 0) {
                throw new DpdkException(
                        "mempool '"
                                + name
                                + "': count="
                                + count
                                + " dataRoom="
                                + dataRoom
                                + " takes about "
                                + megabytes(count, dataRoom)
                                + " MB and cannot be made: "
                                + why.after(result)
                                + "; make it smaller or give DPDK more memory");
            }
            return new Mempool(
                    name, count, dataRoom, MemorySegment.ofAddress(out.get(JAVA_LONG, 0)));
        }
    }

    /** Memory that a pool takes, about, in MB. */
    public static long megabytes(int count, int dataRoom) {
        return ((long) count * (dataRoom + HEADROOM + MbufLayout.SIZE + 64)) >> 20;
    }

    /** The name given at creation. */
    public String name() {
        return name;
    }

    /** Mbufs in all. */
    public int count() {
        return count;
    }

    /** Bytes of data one segment holds. */
    public int dataRoom() {
        return dataRoom;
    }

    /** Address of the pool, for native code that fills mbufs from it. */
    public long address() {
        return pool.address();
    }

    /**
     * Mbufs that are free, caches of all threads included; exact while nobody else uses the pool.
     */
    public int available() {
        return Dpdk.rte_mempool_avail_count(pool);
    }

    /**
     * A frame of {@code length} bytes in one segment, or 0: empty pool, or longer than a segment.
     */
    public long allocate(int length) {
        try {
            return (long) ALLOCATE.invokeExact(pool.address(), length);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /**
     * Writes {@code count} empty frames to an array of addresses; false: none, the pool is empty.
     */
    public boolean allocate(long mbufs, int count) {
        try {
            return (int) ALLOCATE_BULK.invokeExact(pool.address(), mbufs, count) == 0;
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /**
     * One more frame with the same bytes: a copy up to 256 bytes, else 128 bytes of its own and the
     * rest shared by reference counts. 0 where the pool is empty.
     */
    public long replicate(long mbuf) {
        try {
            return (long) REPLICATE.invokeExact(pool.address(), mbuf);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /**
     * Gathers the first {@code bytes} of a frame in its first segment; false if the frame is
     * shorter, or that segment is shared or too small.
     */
    public static boolean pullUp(long mbuf, int bytes) {
        try {
            return (int) PULL_UP.invokeExact(mbuf, bytes) == 1;
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /** Copies bytes of a frame to {@code to}; it has at least {@code from + bytes}. */
    public static void read(long mbuf, int from, long to, int bytes) {
        try {
            READ.invokeExact(mbuf, from, to, bytes);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /** The one's complement sum of a frame's big-endian 16-bit words from byte {@code from} on. */
    public static int sum(long mbuf, int from) {
        try {
            return (int) SUM.invokeExact(mbuf, from);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /** Cuts a frame to {@code length} bytes, at most what it has. */
    public static void trim(long mbuf, int length) {
        try {
            TRIM.invokeExact(mbuf, length);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /** Frees a frame of any pool. */
    public static void free(long mbuf) {
        try {
            FREE.invokeExact(mbuf);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /** Frees {@code count} frames of any pool, whose addresses are in an array. */
    public static void free(long mbufs, int count) {
        try {
            FREE_BULK.invokeExact(mbufs, count);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /** Gives the memory back; no frame of the pool may be in use. The second time does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Dpdk.rte_mempool_free(pool);
        }
    }
}
