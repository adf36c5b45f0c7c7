// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The attributes of a netlink message by their type; of several of one type, the last. */
final class Attributes {
    private static final int TYPE_MASK = 0x3FFF;
    private static final Attributes NONE = new Attributes(Map.of());

    private final Map<Integer, byte[]> values;

    private Attributes(Map<Integer, byte[]> values) {
        this.values = values;
    }

    /**
     * Reads the attributes in {@code bytes[from..to)}; what is cut short at the end is left out.
     */
    static Attributes parse(byte[] bytes, int from, int to) {
        final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        final Map<Integer, byte[]> values = new TreeMap<>();
        int offset = from;
        while (offset + 4 <= to) {
            final int length = Short.toUnsignedInt(buffer.getShort(offset));
            if (length < 4 || length > to - offset) {
                break;
            }
            values.put(
                    buffer.getShort(offset + 2) & TYPE_MASK,
                    Arrays.copyOfRange(bytes, offset + 4, offset + length));
            offset += length + 3 & ~3;
        }
        return new Attributes(values);
    }

    /** The types that are there, lowest first. */
    Iterable<Integer> types() {
        return values.keySet();
    }

    boolean has(int type) {
        return values.containsKey(type);
    }

    /** The value, or null where there is none. */
    byte[] bytes(int type) {
        return values.get(type);
    }

    /** The 32-bit value, or {@code otherwise} where there is none. */
    int i32(int type, int otherwise) {
        final byte[] value = values.get(type);
        return value == null || value.length < 4
                ? otherwise
                : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
    }

    /** The 8-bit value, or {@code otherwise} where there is none. */
    int u8(int type, int otherwise) {
        final byte[] value = values.get(type);
        return value == null || value.length < 1 ? otherwise : Byte.toUnsignedInt(value[0]);
    }

    /** The text without its end mark; empty where there is none. */
    String text(int type) {
        final byte[] value = values.get(type);
        if (value == null) {
            return "";
        }
        int length = 0;
        while (length < value.length && value[length] != 0) {
            length++;
        }
        return new String(value, 0, length, StandardCharsets.UTF_8);
    }

    /** The attributes inside an attribute; none where it is not there. */
    Attributes nested(int type) {
        final byte[] value = values.get(type);
        return value == null ? NONE : parse(value, 0, value.length);
    }
}
