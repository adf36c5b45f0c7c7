// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import io.ipvane.burst.FramePool;
import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Frames in native memory of our own, with the shapes that DPDK's mbufs can have: headroom, several
 * segments, data that moves when it is pulled up. Counts exactly, and throws {@link AssertionError}
 * on a second free and on any use of a freed frame.
 *
 * <p>Bytes that belong to no frame hold the poison: around every frame and in freed ones. A test
 * that runs twice with different poison and gets different answers has found a read beyond the end.
 *
 * <p>The address of an mbuf is that of its cell; its head is kept on the heap, out of reach of
 * stray writes. Any thread; no allocation on the heap but in {@link #bytes}.
 */
public final class MemoryPool implements FramePool, AutoCloseable {
    /** Bytes in front of a fresh frame. */
    public static final int HEADROOM = 128;

    /** No poison: fresh frames hold what was there before, and nothing is written. */
    public static final int NO_POISON = -1;

    private static final int PULLED_UP_BY = 48;
    private static final int WHOLE_REPLICA = 256;
    private static final int REPLICA_HEAD = 128;
    private static final int NONE = -1;
    private static final int FREE = -2;

    /**
     * Of a frame with a checksum left to be done: where its field is, and above 16 bits from where.
     */
    private static final int FINISHED = -1;

    /** Headers of a frame that is to be split: Ethernet, IPv4, TCP. */
    private static final int SPLIT_HEADERS = 54;

    private final Arena arena = Arena.ofShared();
    private final int room;
    private final int cellBytes;
    private final long cells;
    private final long scratch;
    private final int[] offset;
    private final int[] length;
    private final int[] next;
    private final int[] split;
    private final int[] unfinished;
    private final int[] marks;
    private final int[] free;
    private int freeCount;
    private int poison = 0xDB;
    private boolean pullUpAllowed = true;

    /**
     * A pool.
     *
     * @param frames segments that can be in use at once
     * @param room bytes a segment can hold, at least 256
     */
    public MemoryPool(int frames, int room) {
        if (room < WHOLE_REPLICA) {
            throw new IllegalArgumentException("room=" + room + " is below " + WHOLE_REPLICA);
        }
        this.room = room;
        cellBytes = (HEADROOM + room + 63) & ~63;
        cells = arena.allocate((long) frames * cellBytes, 64).address();
        scratch = arena.allocate(room).address();
        offset = new int[frames];
        length = new int[frames];
        next = new int[frames];
        split = new int[frames];
        unfinished = new int[frames];
        marks = new int[frames];
        free = new int[frames];
        Arrays.fill(next, FREE);
        for (int cell = frames - 1; cell >= 0; cell--) {
            free[freeCount++] = cell;
        }
    }

    /** A pool of 1,024 segments of 2,048 bytes. */
    public MemoryPool() {
        this(1024, 2048);
    }

    /**
     * Sets what unused bytes hold from now on.
     *
     * @param value 0 to 255, or {@link #NO_POISON} where speed matters more
     */
    public synchronized void poison(int value) {
        poison = value;
    }

    /** Makes every {@link #pullUp} that would have to move bytes fail, or work again. */
    public synchronized void allowPullUp(boolean allowed) {
        pullUpAllowed = allowed;
    }

    @Override
    public synchronized long allocate(int bytes) {
        if (freeCount == 0 || bytes > room) {
            return 0;
        }
        final int cell = free[--freeCount];
        next[cell] = NONE;
        offset[cell] = HEADROOM;
        length[cell] = bytes;
        split[cell] = Integer.MAX_VALUE;
        unfinished[cell] = FINISHED;
        marks[cell] = poison;
        poisonCell(cell);
        return address(cell);
    }

    /**
     * A frame with these bytes, one segment an array; empty arrays make empty segments.
     *
     * @return mbuf address; never 0, an empty pool is an error of the test
     */
    public synchronized long frame(byte[]... segments) {
        long head = 0;
        int tail = NONE;
        for (byte[] segment : segments) {
            final long mbuf = allocate(segment.length);
            if (mbuf == 0) {
                throw new AssertionError("no cell for a segment of " + segment.length + " bytes");
            }
            final int cell = live(mbuf);
            Memory.put(start(cell), segment);
            if (tail == NONE) {
                head = mbuf;
            } else {
                next[tail] = cell;
            }
            tail = cell;
        }
        return head;
    }

    /** The bytes of a whole frame. */
    public synchronized byte[] bytes(long mbuf) {
        final byte[] out = new byte[length(mbuf)];
        int at = 0;
        for (int cell = live(mbuf); cell != NONE; cell = next[cell]) {
            final byte[] part = Memory.bytes(start(cell), length[cell]);
            System.arraycopy(part, 0, out, at, part.length);
            at += part.length;
        }
        return out;
    }

    @Override
    public synchronized long data(long mbuf) {
        return start(live(mbuf));
    }

    @Override
    public synchronized int contiguous(long mbuf) {
        return length[live(mbuf)];
    }

    @Override
    public synchronized int length(long mbuf) {
        int sum = 0;
        for (int cell = live(mbuf); cell != NONE; cell = next[cell]) {
            sum += length[cell];
        }
        return sum;
    }

    @Override
    public synchronized int longest(long mbuf) {
        return Math.min(split[live(mbuf)], length(mbuf));
    }

    /** Says of a frame that the device will split it into frames of this many bytes at most. */
    public synchronized void longest(long mbuf, int bytes) {
        split[live(mbuf)] = bytes;
    }

    /** Copies all bytes; a frame longer than 256 bytes becomes a head of 128 and the rest. */
    @Override
    public synchronized long replicate(long mbuf) {
        final int bytes = length(mbuf);
        int part = bytes <= WHOLE_REPLICA ? bytes : REPLICA_HEAD;
        final long head = allocate(part);
        if (head == 0) {
            return 0;
        }
        int tail = live(head);
        split[tail] = split[live(mbuf)];
        unfinished[tail] = unfinished[live(mbuf)];
        copyOut(mbuf, 0, start(tail), part);
        for (int done = part; done < bytes; done += part) {
            part = Math.min(room, bytes - done);
            final long segment = allocate(part);
            if (segment == 0) {
                free(head);
                return 0;
            }
            next[tail] = live(segment);
            tail = next[tail];
            copyOut(mbuf, done, start(tail), part);
        }
        return head;
    }

    /** Always moves the first segment when it has to do anything, as a real pool may. */
    @Override
    public synchronized boolean pullUp(long mbuf, int bytes) {
        final int head = live(mbuf);
        if (length[head] >= bytes) {
            return true;
        }
        if (!pullUpAllowed || bytes > room || bytes > length(mbuf)) {
            return false;
        }
        copyOut(mbuf, 0, scratch, bytes);
        int missing = bytes - length[head];
        while (missing > 0) {
            final int second = next[head];
            final int taken = Math.min(missing, length[second]);
            offset[second] += taken;
            length[second] -= taken;
            missing -= taken;
            if (length[second] == 0) {
                next[head] = next[second];
                release(second);
            }
        }
        poisonCell(head);
        offset[head] = offset[head] == HEADROOM ? HEADROOM - PULLED_UP_BY : HEADROOM;
        length[head] = bytes;
        Memory.copy(scratch, start(head), bytes);
        return true;
    }

    @Override
    public synchronized void read(long mbuf, int from, long to, int bytes) {
        if (from < 0 || bytes < 0 || from + bytes > length(mbuf)) {
            throw new AssertionError(
                    "read " + bytes + " bytes from " + from + " of " + length(mbuf));
        }
        copyOut(mbuf, from, to, bytes);
    }

    @Override
    public synchronized boolean prepend(long mbuf, int bytes) {
        final int cell = live(mbuf);
        if (offset[cell] < bytes) {
            return false;
        }
        moveFront(cell, -bytes);
        return true;
    }

    @Override
    public synchronized void removeFront(long mbuf, int bytes) {
        final int cell = live(mbuf);
        if (bytes > length[cell]) {
            throw new AssertionError("remove " + bytes + " bytes of " + length[cell]);
        }
        moveFront(cell, bytes);
    }

    private void moveFront(int cell, int by) {
        offset[cell] += by;
        length[cell] -= by;
        if (split[cell] != Integer.MAX_VALUE) {
            split[cell] -= by;
        }
        if (unfinished[cell] != FINISHED) {
            unfinished[cell] -= (by << 16) + by;
        }
    }

    /** Says of a frame with IPv4 and UDP that its checksum is left to the device. */
    public synchronized void leaveChecksum(long mbuf) {
        leaveChecksum(mbuf, 34, 40);
    }

    /**
     * Says of a frame that a checksum is left to the device; see {@link #checksumPending}.
     *
     * @param from the transport header
     * @param field the checksum in it
     */
    public synchronized void leaveChecksum(long mbuf, int from, int field) {
        unfinished[live(mbuf)] = from << 16 | field;
    }

    @Override
    public synchronized boolean checksumPending(long mbuf) {
        return unfinished[live(mbuf)] != FINISHED;
    }

    /** Computes nothing: a test's frame is whole. */
    @Override
    public synchronized void finishChecksum(long mbuf) {
        unfinished[live(mbuf)] = FINISHED;
    }

    @Override
    public synchronized int unfinishedFrom(long mbuf) {
        return unfinished[live(mbuf)] >> 16;
    }

    @Override
    public synchronized int unfinishedField(long mbuf) {
        return unfinished[live(mbuf)] & 0xFFFF;
    }

    @Override
    public synchronized void forgetUnfinished(long mbuf) {
        unfinished[live(mbuf)] = FINISHED;
    }

    @Override
    public synchronized int sum(long mbuf, int from) {
        final byte[] all = bytes(mbuf);
        int sum = 0;
        for (int i = from; i < all.length; i++) {
            sum += (all[i] & 0xFF) << ((i - from) % 2 == 0 ? 8 : 0);
        }
        sum = (sum & 0xFFFF) + (sum >>> 16);
        return (sum & 0xFFFF) + (sum >>> 16);
    }

    @Override
    public synchronized int mark(long mbuf) {
        return marks[live(mbuf)];
    }

    @Override
    public synchronized void mark(long mbuf, int mark) {
        marks[live(mbuf)] = mark;
    }

    /** Splits TCP over IPv4; of the headers only the length of IP is made anew. */
    @Override
    public synchronized int split(long mbuf, long frames, int most) {
        final int whole = length(mbuf);
        final int part = longest(mbuf) - SPLIT_HEADERS;
        int made = 0;
        for (int at = SPLIT_HEADERS; at < whole; at += part) {
            final int bytes = Math.min(part, whole - at);
            final long frame = made == most ? 0 : allocate(SPLIT_HEADERS + bytes);
            if (frame == 0) {
                free(frames, made);
                return 0;
            }
            Memory.put64(frames + 8L * made++, frame);
            copyOut(mbuf, 0, data(frame), SPLIT_HEADERS);
            copyOut(mbuf, at, data(frame) + SPLIT_HEADERS, bytes);
            Memory.put16be(data(frame) + 16, SPLIT_HEADERS - 14 + bytes);
        }
        return made;
    }

    @Override
    public synchronized void trim(long mbuf, int bytes) {
        if (bytes > length(mbuf)) {
            throw new AssertionError("trim to " + bytes + " bytes of " + length(mbuf));
        }
        int cell = live(mbuf);
        int left = bytes;
        while (left > length[cell]) {
            left -= length[cell];
            cell = next[cell];
        }
        if (poison != NO_POISON) {
            fill(start(cell) + left, length[cell] - left);
        }
        length[cell] = left;
        releaseAll(next[cell]);
        next[cell] = NONE;
    }

    @Override
    public synchronized void free(long mbufs, int count) {
        for (int i = 0; i < count; i++) {
            free(Memory.i64(mbufs + i * 8L));
        }
    }

    @Override
    public synchronized void free(long mbuf) {
        releaseAll(live(mbuf));
    }

    @Override
    public synchronized int available() {
        return freeCount;
    }

    /** Gives the memory back; throws where frames are still out, for they have leaked. */
    @Override
    public synchronized void close() {
        arena.close();
        if (freeCount != free.length) {
            throw new AssertionError(free.length - freeCount + " segments leaked");
        }
    }

    private void copyOut(long mbuf, int from, long to, int bytes) {
        int skip = from;
        int done = 0;
        for (int cell = live(mbuf); done < bytes; cell = next[cell]) {
            final int part = Math.min(length[cell] - skip, bytes - done);
            if (part > 0) {
                Memory.copy(start(cell) + skip, to + done, part);
                done += part;
            }
            skip = Math.max(0, skip - length[cell]);
        }
    }

    private void releaseAll(int first) {
        int cell = first;
        while (cell != NONE) {
            final int following = next[cell];
            release(cell);
            cell = following;
        }
    }

    private void release(int cell) {
        next[cell] = FREE;
        poisonCell(cell);
        free[freeCount++] = cell;
    }

    private void poisonCell(int cell) {
        if (poison != NO_POISON) {
            fill(address(cell), cellBytes);
        }
    }

    private void fill(long address, int bytes) {
        final long pattern = poison * 0x0101_0101_0101_0101L;
        int at = 0;
        for (; at + 8 <= bytes; at += 8) {
            Memory.put64(address + at, pattern);
        }
        for (; at < bytes; at++) {
            Memory.put8(address + at, poison);
        }
    }

    private long address(int cell) {
        return cells + (long) cell * cellBytes;
    }

    private long start(int cell) {
        return address(cell) + offset[cell];
    }

    private int live(long mbuf) {
        final long distance = mbuf - cells;
        if (distance < 0
                || distance >= (long) free.length * cellBytes
                || distance % cellBytes != 0) {
            throw new AssertionError("0x" + Long.toHexString(mbuf) + " is no frame of this pool");
        }
        final int cell = (int) (distance / cellBytes);
        if (next[cell] == FREE) {
            throw new AssertionError("0x" + Long.toHexString(mbuf) + " was freed before");
        }
        return cell;
    }
}
