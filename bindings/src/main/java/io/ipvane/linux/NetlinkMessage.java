// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One message that the kernel sent: the whole of it, header included. */
final class NetlinkMessage {
    private static final int HEADER = NetlinkRequest.HEADER;

    private final byte[] bytes;

    private NetlinkMessage(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Cuts a datagram into its messages; what is cut short at the end is left out. */
    static List<NetlinkMessage> parse(byte[] datagram) {
        final ByteBuffer buffer = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
        final List<NetlinkMessage> messages = new ArrayList<>();
        int offset = 0;
        while (offset + HEADER <= datagram.length) {
            final int length = buffer.getInt(offset);
            if (length < HEADER || length > datagram.length - offset) {
                break;
            }
            messages.add(new NetlinkMessage(Arrays.copyOfRange(datagram, offset, offset + length)));
            offset += length + 3 & ~3;
        }
        return messages;
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    /** The whole message; not to be written to. */
    byte[] bytes() {
        return bytes;
    }

    int type() {
        return Short.toUnsignedInt(buffer().getShort(4));
    }

    int flags() {
        return Short.toUnsignedInt(buffer().getShort(6));
    }

    int sequence() {
        return buffer().getInt(8);
    }

    /** Whether the fixed part behind the header has at least so many bytes. */
    boolean hasFixedPart(int length) {
        return bytes.length >= HEADER + length;
    }

    /** Byte {@code offset} of the fixed part, 0 to 255. */
    int u8(int offset) {
        return Byte.toUnsignedInt(bytes[HEADER + offset]);
    }

    /** Native 32-bit value at {@code offset} of the fixed part. */
    int i32(int offset) {
        return buffer().getInt(HEADER + offset);
    }

    /** The attributes behind a fixed part of so many bytes. */
    Attributes attributes(int fixedPart) {
        return Attributes.parse(bytes, HEADER + fixedPart, bytes.length);
    }
}
