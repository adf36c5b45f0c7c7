// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.HexFormat;

/**
 * MAC addresses as {@link io.ipvane.memory.Memory#mac} reads them: 48 bits in a long, the first
 * byte on the wire highest.
 */
public final class Mac {
    /** Bytes of a MAC address. */
    public static final int BYTES = 6;

    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private Mac() {}

    /** The six bytes in wire order. */
    static byte[] bytes(long mac) {
        final byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (mac >>> (40 - 8 * i));
        }
        return bytes;
    }

    /** The address whose first byte on the wire is {@code bytes[0]}; 0 where there are not six. */
    static long of(byte[] bytes) {
        if (bytes.length != BYTES) {
            return 0;
        }
        long mac = 0;
        for (final byte b : bytes) {
            mac = mac << 8 | (b & 0xFF);
        }
        return mac;
    }

    /** The usual form, {@code 02:00:00:00:00:01}. */
    public static String text(long mac) {
        return COLONS.formatHex(bytes(mac));
    }
}
