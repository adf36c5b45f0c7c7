// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.agrona.UnsafeApi;

/**
 * Raw native memory by address: the one place where a frame's bytes are read and written.
 *
 * <p>By {@link UnsafeApi}, because an access is one instruction then. A memory segment that covers
 * everything costs a mask an access, by which the compiler proves that its bounds check holds, and
 * a register for it. <b>There is no check</b>: the caller has compared the offset with the length
 * of the frame or table before it calls. Tests run with {@code -Dipvane.memory.checks=true}, and an
 * address outside of what the process has mapped is an exception there, which names it, and not the
 * end of the process.
 *
 * <p>{@code be} accessors take and give values whose wire form is big endian; the others are native
 * (little) endian. Addresses need not be aligned and any thread may call, but ordering is the
 * caller's business: only {@link #i32Acquire}, {@link #i64Acquire}, {@link #put32Release} and
 * {@link #put64Release} give any.
 */
public final class Memory {
    /** A constant for the compiler: where it is false nothing is left of a check. */
    private static final boolean CHECKED = Boolean.getBoolean("ipvane.memory.checks");

    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Memory() {}

    /** The byte at {@code address}, sign-extended. */
    public static byte byteAt(long address) {
        toRead(address, 1);
        return UnsafeApi.getByte(null, address);
    }

    /** The byte at {@code address}, 0 to 255. */
    public static int u8(long address) {
        return byteAt(address) & 0xFF;
    }

    /** The native 16-bit value at {@code address}, 0 to 65,535. */
    public static int u16(long address) {
        return shortAt(address) & 0xFFFF;
    }

    /** The big-endian 16-bit value at {@code address}, 0 to 65,535. */
    public static int u16be(long address) {
        return Short.reverseBytes(shortAt(address)) & 0xFFFF;
    }

    private static short shortAt(long address) {
        toRead(address, Short.BYTES);
        return UnsafeApi.getShort(null, address);
    }

    /** The native 32-bit value at {@code address}. */
    public static int i32(long address) {
        toRead(address, Integer.BYTES);
        return UnsafeApi.getInt(null, address);
    }

    /**
     * The native 32-bit value at {@code address}, a multiple of four. Acquire: what is read after
     * it is at least as new as what was written before the {@link #put32Release} that it saw.
     */
    public static int i32Acquire(long address) {
        toRead(address, Integer.BYTES);
        return UnsafeApi.getIntAcquire(null, address);
    }

    /** As {@link #i32Acquire(long)}, at a distance that is a multiple of four. */
    public static int i32Acquire(long address, int distance) {
        return i32Acquire(address + distance);
    }

    /** The native 32-bit value at {@code address}, 0 to 4,294,967,295. */
    public static long u32(long address) {
        return i32(address) & 0xFFFF_FFFFL;
    }

    /** The big-endian 32-bit value at {@code address}. */
    public static int i32be(long address) {
        return Integer.reverseBytes(i32(address));
    }

    /** The native 64-bit value at {@code address}; also a pointer. */
    public static long i64(long address) {
        toRead(address, Long.BYTES);
        return UnsafeApi.getLong(null, address);
    }

    /** The big-endian 64-bit value at {@code address}. */
    public static long i64be(long address) {
        return Long.reverseBytes(i64(address));
    }

    /** As {@link #i32(long)}, at a distance: one field of a header. */
    public static int i32(long address, int distance) {
        return i32(address + distance);
    }

    /** As {@link #i64(long)}, at a distance. */
    public static long i64(long address, int distance) {
        return i64(address + distance);
    }

    /** As {@link #i32be(long)}, at a distance. */
    public static int i32be(long address, int distance) {
        return i32be(address + distance);
    }

    /** As {@link #i64be(long)}, at a distance. */
    public static long i64be(long address, int distance) {
        return i64be(address + distance);
    }

    /** As {@link #put32(long, int)}, at a distance. */
    public static void put32(long address, int distance, int value) {
        put32(address + distance, value);
    }

    /** As {@link #put64(long, long)}, at a distance. */
    public static void put64(long address, int distance, long value) {
        put64(address + distance, value);
    }

    /** The six bytes at {@code address} as a MAC address: first byte on the wire highest. */
    public static long mac(long address) {
        return ((long) u16be(address) << 32) | (i32be(address + 2) & 0xFFFF_FFFFL);
    }

    /** Writes the low byte of {@code value}. */
    public static void put8(long address, int value) {
        toWrite(address, 1);
        UnsafeApi.putByte(null, address, (byte) value);
    }

    /** Writes the low 16 bits of {@code value}, native. */
    public static void put16(long address, int value) {
        toWrite(address, Short.BYTES);
        UnsafeApi.putShort(null, address, (short) value);
    }

    /** Writes the low 16 bits of {@code value}, big endian. */
    public static void put16be(long address, int value) {
        put16(address, Short.reverseBytes((short) value));
    }

    /** Writes 32 bits, native. */
    public static void put32(long address, int value) {
        toWrite(address, Integer.BYTES);
        UnsafeApi.putInt(null, address, value);
    }

    /** Writes 32 bits at a multiple of four, native, after everything written before: release. */
    public static void put32Release(long address, int value) {
        toWrite(address, Integer.BYTES);
        UnsafeApi.putIntRelease(null, address, value);
    }

    /** The native 64-bit value at {@code address}, a multiple of eight; as {@link #i32Acquire}. */
    public static long i64Acquire(long address) {
        toRead(address, Long.BYTES);
        return UnsafeApi.getLongAcquire(null, address);
    }

    /** Writes 64 bits at a multiple of eight, native, after everything written before: release. */
    public static void put64Release(long address, long value) {
        toWrite(address, Long.BYTES);
        UnsafeApi.putLongRelease(null, address, value);
    }

    /** Writes 32 bits, big endian. */
    public static void put32be(long address, int value) {
        put32(address, Integer.reverseBytes(value));
    }

    /** Writes 64 bits, native. */
    public static void put64(long address, long value) {
        toWrite(address, Long.BYTES);
        UnsafeApi.putLong(null, address, value);
    }

    /** Writes 64 bits, big endian. */
    public static void put64be(long address, long value) {
        put64(address, Long.reverseBytes(value));
    }

    /** Writes a MAC address as {@link #mac} reads it: six bytes, nothing beyond them. */
    public static void putMac(long address, long mac) {
        put16be(address, (int) (mac >>> 32));
        put32be(address + 2, (int) mac);
    }

    /** Copies {@code length} bytes; the ranges may not overlap unless they are equal. */
    public static void copy(long from, long to, long length) {
        toRead(from, length);
        toWrite(to, length);
        UnsafeApi.copyMemory(from, to, length);
    }

    /** Sets {@code length} bytes to zero. */
    public static void zero(long address, long length) {
        toWrite(address, length);
        UnsafeApi.setMemory(address, length, (byte) 0);
    }

    /** Copies bytes out of native memory: for tests, traces and control-plane code. */
    public static byte[] bytes(long address, int length) {
        toRead(address, length);
        final byte[] out = new byte[length];
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, out, 0, length);
        return out;
    }

    /** Copies a whole array into native memory. */
    public static void put(long address, byte[] bytes) {
        toWrite(address, bytes.length);
        MemorySegment.copy(bytes, 0, ALL, ValueLayout.JAVA_BYTE, address, bytes.length);
    }

    private static void toRead(long address, long bytes) {
        if (CHECKED) {
            MappedMemory.check(address, bytes, false);
        }
    }

    private static void toWrite(long address, long bytes) {
        if (CHECKED) {
            MappedMemory.check(address, bytes, true);
        }
    }
}
