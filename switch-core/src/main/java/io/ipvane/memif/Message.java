// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memif;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message of the control channel: {@value #BYTES} bytes in the machine's byte order, without
 * gaps; what a message does not use is 0. The server listens, the client connects and has made the
 * memory.
 */
sealed interface Message {
    /** Of every message. */
    int BYTES = 128;

    /** Version 2.0. */
    int VERSION = 0x200;

    /** Frames with Ethernet headers, the only ones that we carry. */
    int ETHERNET = 0;

    /** Texts are cut to this, and end with a 0 unless they fill it. */
    int NAME = 32;

    /** Has no more to say than that the last message was taken. */
    record Ack() implements Message {
        static final int TYPE = 1;
    }

    /**
     * By a server, first: what it can do. Numbers are the largest index, not how many there are.
     */
    record Hello(
            String name,
            int minVersion,
            int maxVersion,
            int maxRegion,
            int maxToClient,
            int maxToServer,
            int maxLog2Ring)
            implements Message {
        static final int TYPE = 2;
    }

    /** By a client: which interface it means. A secret is neither sent nor looked at. */
    record Init(int version, long id, int mode, String name) implements Message {
        static final int TYPE = 3;
        private static final int SECRET = 24;
    }

    /** By a client, with a descriptor: memory. */
    record AddRegion(int index, long size) implements Message {
        static final int TYPE = 4;
    }

    /** By a client, with a descriptor for notifications: a ring in a region. */
    record AddRing(boolean toServer, int index, int region, long offset, int log2)
            implements Message {
        static final int TYPE = 5;
        private static final int TO_SERVER = 1;
    }

    /** By a client: that is all. */
    record Connect(String name) implements Message {
        static final int TYPE = 6;
    }

    /** By a server: the rings are in use. */
    record Connected(String name) implements Message {
        static final int TYPE = 7;
    }

    /** By either: the end, and why. */
    record Disconnect(long code, String reason) implements Message {
        static final int TYPE = 8;
        private static final int REASON = 96;
    }

    /**
     * Reads a message.
     *
     * @throws MemifException where it is none
     */
    static Message read(byte[] bytes) throws MemifException {
        if (bytes.length != BYTES) {
            throw new MemifException("a message has " + bytes.length + " bytes, not " + BYTES);
        }
        final ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        final int type = u16(in);
        return switch (type) {
            case Ack.TYPE -> new Ack();
            case Hello.TYPE ->
                    new Hello(
                            text(in, NAME),
                            u16(in),
                            u16(in),
                            u16(in),
                            u16(in),
                            u16(in),
                            Byte.toUnsignedInt(in.get()));
            case Init.TYPE -> {
                final int version = u16(in);
                final long id = u32(in);
                final int mode = Byte.toUnsignedInt(in.get());
                in.position(in.position() + Init.SECRET);
                yield new Init(version, id, mode, text(in, NAME));
            }
            case AddRegion.TYPE -> new AddRegion(u16(in), in.getLong());
            case AddRing.TYPE ->
                    new AddRing(
                            (u16(in) & AddRing.TO_SERVER) != 0,
                            u16(in),
                            u16(in),
                            u32(in),
                            Byte.toUnsignedInt(in.get()));
            case Connect.TYPE -> new Connect(text(in, NAME));
            case Connected.TYPE -> new Connected(text(in, NAME));
            case Disconnect.TYPE -> new Disconnect(u32(in), text(in, Disconnect.REASON));
            default -> throw new MemifException("a message has the unknown type " + type);
        };
    }

    /** The message as it is sent. */
    default byte[] bytes() {
        final ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
        switch (this) {
            case Ack ack -> type(out, Ack.TYPE);
            case Hello m ->
                    putText(type(out, Hello.TYPE), m.name, NAME)
                            .putShort((short) m.minVersion)
                            .putShort((short) m.maxVersion)
                            .putShort((short) m.maxRegion)
                            .putShort((short) m.maxToClient)
                            .putShort((short) m.maxToServer)
                            .put((byte) m.maxLog2Ring);
            case Init m -> {
                type(out, Init.TYPE)
                        .putShort((short) m.version)
                        .putInt((int) m.id)
                        .put((byte) m.mode)
                        .position(out.position() + Init.SECRET);
                putText(out, m.name, NAME);
            }
            case AddRegion m -> type(out, AddRegion.TYPE).putShort((short) m.index).putLong(m.size);
            case AddRing m ->
                    type(out, AddRing.TYPE)
                            .putShort((short) (m.toServer ? AddRing.TO_SERVER : 0))
                            .putShort((short) m.index)
                            .putShort((short) m.region)
                            .putInt((int) m.offset)
                            .put((byte) m.log2);
            case Connect m -> putText(type(out, Connect.TYPE), m.name, NAME);
            case Connected m -> putText(type(out, Connected.TYPE), m.name, NAME);
            case Disconnect m ->
                    putText(
                            type(out, Disconnect.TYPE).putInt((int) m.code),
                            m.reason,
                            Disconnect.REASON);
        }
        return out.array();
    }

    private static ByteBuffer type(ByteBuffer out, int type) {
        return out.putShort((short) type);
    }

    private static int u16(ByteBuffer in) {
        return Short.toUnsignedInt(in.getShort());
    }

    private static long u32(ByteBuffer in) {
        return Integer.toUnsignedLong(in.getInt());
    }

    /** Up to the first 0; what is not printable, or would end a value in a log, as a dot. */
    private static String text(ByteBuffer in, int size) {
        final byte[] bytes = new byte[size];
        in.get(bytes);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < size && bytes[i] != 0; i++) {
            text.append(
                    bytes[i] >= ' ' && bytes[i] != '"' && bytes[i] < 0x7F ? (char) bytes[i] : '.');
        }
        return text.toString();
    }

    private static ByteBuffer putText(ByteBuffer out, String text, int size) {
        final byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        out.put(bytes, 0, Math.min(bytes.length, size - 1));
        return out.position(out.position() + size - Math.min(bytes.length, size - 1));
    }
}
