// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * The start of an ICMP message of IPv4 in native memory; {@code icmp} is the address of its first
 * byte. The caller has checked the length.
 *
 * <pre>
 *  0       1       2               4                               8
 * +-------+-------+---------------+-------------------------------+
 * | type  | code  | checksum      | unused, or next-hop MTU (low) |   RFC 792, RFC 1191
 * +-------+-------+---------------+-------------------------------+
 * </pre>
 */
public final class Icmpv4 {
    /** Bytes of the common start; in an error the packet that it is about follows. */
    public static final int LENGTH = 8;

    /** Type: destination unreachable. */
    public static final int UNREACHABLE = 3;

    /** Type: echo request. */
    public static final int ECHO = 8;

    private static final int CHECKSUM_OFFSET = 2;
    private static final int REST_OFFSET = 4;

    /**
     * Types that ask or answer, as bits: nobody may be told of an error by any other (RFC 1812).
     */
    private static final int QUERIES = 1 | (1 << ECHO) | (1 << 9) | (1 << 10) | (0x3F << 13);

    /** Unreachable, source quench, redirect, time exceeded, parameter problem. */
    private static final int ERRORS =
            (1 << UNREACHABLE) | (1 << 4) | (1 << 5) | (1 << 11) | (1 << 12);

    /** Echo, timestamp, information and address mask, each with its reply. */
    private static final int WITH_IDENTIFIER = 1 | (1 << ECHO) | (0x3F << 13);

    private Icmpv4() {}

    /** Message type, 0 to 255. */
    public static int type(long icmp) {
        return Memory.u8(icmp);
    }

    /** Message code, 0 to 255. */
    public static int code(long icmp) {
        return Memory.u8(icmp + 1);
    }

    /** The next-hop MTU of "fragmentation needed": RFC 1191, section 4. */
    public static int mtu(long icmp) {
        return Memory.u16be(icmp + 6);
    }

    /**
     * Whether a message of this type may be answered by an error: a query or its reply. Errors are
     * not, nor what nobody knows, which may be one (RFC 1122, section 3.2.2).
     */
    public static boolean isQuery(int type) {
        return type < Integer.SIZE && (QUERIES >>> type & 1) != 0;
    }

    /** Whether a message of this type quotes the packet that it is about: RFC 792. */
    public static boolean isError(int type) {
        return type < Integer.SIZE && (ERRORS >>> type & 1) != 0;
    }

    /** Whether a message of this type has an identifier, which its answer repeats. */
    public static boolean hasIdentifier(int type) {
        return type < Integer.SIZE && (WITH_IDENTIFIER >>> type & 1) != 0;
    }

    /** Whether the checksum fits a message of {@code length} bytes. */
    public static boolean checksumValid(long icmp, int length) {
        return InternetChecksum.of(icmp, length) == 0;
    }

    /**
     * Writes the start of a message whose other bytes are in place, and its checksum.
     *
     * @param rest the four bytes behind the checksum
     * @param length bytes of the whole message
     */
    public static void write(long icmp, int type, int code, int rest, int length) {
        Memory.put8(icmp, type);
        Memory.put8(icmp + 1, code);
        Memory.put16be(icmp + CHECKSUM_OFFSET, 0);
        Memory.put32be(icmp + REST_OFFSET, rest);
        Memory.put16be(icmp + CHECKSUM_OFFSET, InternetChecksum.of(icmp, length));
    }
}
