// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/** Puts another client identifier into a message, or takes it out. Pure. */
final class ClientIdOption {
    private ClientIdOption() {}

    /**
     * The same message with another identifier: every other option is where it was in the order of
     * its area. The payload keeps its length where the padding behind END has room, which BOOTP's
     * 300 bytes usually leave, or grows.
     *
     * @param id empty for none
     */
    static byte[] replace(DhcpMessage message, Optional<ClientId> id) {
        final byte[] from = message.payload();
        final ByteArrayOutputStream out = new ByteArrayOutputStream(from.length + 260);
        out.write(from, 0, DhcpMessage.OPTIONS);
        boolean written = false;
        int offset = DhcpMessage.OPTIONS;
        while (offset < message.end()) {
            final int code = from[offset] & 0xFF;
            final int length = code == DhcpMessage.PAD ? 1 : 2 + (from[offset + 1] & 0xFF);
            if (code == DhcpMessage.CLIENT_ID) {
                write(out, id);
                written = true;
            } else {
                out.write(from, offset, length);
            }
            offset += length;
        }
        if (!written) {
            write(out, id);
        }
        out.write(DhcpMessage.END);
        final byte[] content = out.toByteArray();
        // One in an overloaded field has moved behind the cookie.
        if ((message.overload() & DhcpMessage.IN_FILE) != 0) {
            blank(content, DhcpMessage.FILE, DhcpMessage.FILE_LENGTH);
        }
        if ((message.overload() & DhcpMessage.IN_SNAME) != 0) {
            blank(content, DhcpMessage.SNAME, DhcpMessage.SNAME_LENGTH);
        }
        return Arrays.copyOf(content, Math.max(content.length, from.length));
    }

    private static void write(ByteArrayOutputStream out, Optional<ClientId> id) {
        id.ifPresent(
                known -> {
                    out.write(DhcpMessage.CLIENT_ID);
                    out.write(known.length());
                    out.writeBytes(known.bytes());
                });
    }

    /** Pads over the identifier in a field whose options have been read without fault. */
    private static void blank(byte[] payload, int from, int length) {
        int offset = from;
        while (offset < from + length && (payload[offset] & 0xFF) != DhcpMessage.END) {
            final int code = payload[offset] & 0xFF;
            final int next =
                    offset + (code == DhcpMessage.PAD ? 1 : 2 + (payload[offset + 1] & 0xFF));
            if (code == DhcpMessage.CLIENT_ID) {
                Arrays.fill(payload, offset, next, (byte) DhcpMessage.PAD);
            }
            offset = next;
        }
    }
}
