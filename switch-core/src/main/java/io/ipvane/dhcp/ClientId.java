// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a client calls itself: option 61 with its first byte, the type (RFC 2132, section 9.14).
 * Immutable; compared by its bytes.
 */
public final class ClientId {
    /** Most bytes that one option can hold. */
    static final int MAX_LENGTH = 255;

    /** The type of an identifier that is no hardware address. */
    private static final byte OPAQUE = 0;

    /** The type of an Ethernet address. */
    private static final byte ETHERNET = 1;

    private final byte[] bytes;

    private ClientId(byte[] bytes) {
        this.bytes = bytes;
    }

    /** An identifier of 1 to {@value #MAX_LENGTH} bytes; copied. */
    static ClientId of(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a client identifier of " + bytes.length + " bytes; it has 1 to 255");
        }
        return new ClientId(bytes.clone());
    }

    /**
     * The identifier that the switch gives a client: {@code name@02000000000a}, the same after
     * every start, and no other port's of this or another switch.
     *
     * @param name of the port, 1 to 63 characters
     * @param mac of the uplink
     */
    public static ClientId ofPort(String name, long mac) {
        final byte[] text = "%s@%012x".formatted(name, mac).getBytes(StandardCharsets.US_ASCII);
        return new ClientId(ByteBuffer.allocate(1 + text.length).put(OPAQUE).put(text).array());
    }

    /** Whether it says no more than this MAC address does. */
    boolean names(long mac) {
        if (bytes.length != 7 || bytes[0] != ETHERNET) {
            return false;
        }
        final ByteBuffer hardware = ByteBuffer.wrap(bytes, 1, 6);
        final long high = hardware.getShort() & 0xFFFFL;
        return (high << 32 | (hardware.getInt() & 0xFFFF_FFFFL)) == mac;
    }

    /** Whether it is what {@link #ofPort} gives to some port behind this MAC address. */
    boolean isOfPort(long mac) {
        final String text = new String(bytes, StandardCharsets.US_ASCII);
        return bytes[0] == OPAQUE && text.endsWith("@%012x".formatted(mac));
    }

    int length() {
        return bytes.length;
    }

    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClientId id && Arrays.equals(bytes, id.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** In hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
