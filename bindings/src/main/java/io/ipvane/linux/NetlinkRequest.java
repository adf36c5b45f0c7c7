// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Builds one netlink request: header, fixed part of the family, attributes. Fixed parts and numbers
 * are in the order of the machine; addresses are given as bytes in wire order.
 *
 * <pre>
 * | length 4 | type 2 | flags 2 | sequence 4 | port 4 | fixed part | attributes: length 2, type 2, value, padding to 4 |
 * </pre>
 *
 * <p>Source: netlink(7), RFC 3549 section 2.
 */
final class NetlinkRequest {
    static final int HEADER = 16;

    private static final int CAPACITY = 8192;
    private static final int NESTED = 0x8000;

    private final ByteBuffer buffer = ByteBuffer.allocate(CAPACITY).order(ByteOrder.nativeOrder());

    /** A request of a type, with REQUEST and the given flags. */
    NetlinkRequest(int type, int flags) {
        buffer.putInt(0).putShort((short) type).putShort((short) (flags | Rtnl.REQUEST));
        buffer.putInt(0).putInt(0);
    }

    /** Appends to the fixed part. */
    NetlinkRequest u8(int value) {
        buffer.put((byte) value);
        return this;
    }

    /** Appends to the fixed part. */
    NetlinkRequest u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    /** Appends to the fixed part. */
    NetlinkRequest u32(int value) {
        buffer.putInt(value);
        return this;
    }

    NetlinkRequest attribute(int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        pad();
        return this;
    }

    NetlinkRequest attribute8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    NetlinkRequest attribute16(int type, int value) {
        buffer.putShort((short) 6).putShort((short) type).putShort((short) value);
        pad();
        return this;
    }

    NetlinkRequest attribute32(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    /** A text with its end mark. */
    NetlinkRequest attribute(int type, String text) {
        return attribute(type, (text + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** Opens an attribute that holds attributes; {@link #end} takes the mark that it returns. */
    int nest(int type) {
        final int mark = buffer.position();
        buffer.putShort((short) 0).putShort((short) (type | NESTED));
        return mark;
    }

    void end(int mark) {
        buffer.putShort(mark, (short) (buffer.position() - mark));
    }

    private void pad() {
        while ((buffer.position() & 3) != 0) {
            buffer.put((byte) 0);
        }
    }

    /** The message, complete but for its sequence number. */
    byte[] bytes() {
        buffer.putInt(0, buffer.position());
        final byte[] bytes = new byte[buffer.position()];
        buffer.get(0, bytes);
        return bytes;
    }
}
