// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A TCP or UDP frame as a Linux stack leaves it to a device: any length, its checksum field holding
 * the sum of the pseudo header; with the virtio header that says so, and with the checks that what
 * comes of it must pass.
 */
final class LongFrame {
    static final int NEEDS_CSUM = 1;
    static final int DATA_VALID = 2;
    static final int TCPV4 = 1;
    static final int TCPV6 = 4;
    static final int UDP_L4 = 5;
    static final int ECN = 0x80;

    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int FIN = 0x01;
    private static final int PSH = 0x08;
    private static final int CWR = 0x80;

    private final byte[] bytes;
    private final int ipAt;
    private final int l4At;
    private final int payloadAt;
    private final int segment;

    /**
     * @param bytes the frame, which is not copied
     * @param ipAt where IP begins
     * @param l4At where TCP or UDP begins
     * @param payloadAt where their payload begins
     * @param segment payload bytes of a segment, 0 where the frame is not to be split
     */
    LongFrame(byte[] bytes, int ipAt, int l4At, int payloadAt, int segment) {
        this.bytes = bytes;
        this.ipAt = ipAt;
        this.l4At = l4At;
        this.payloadAt = payloadAt;
        this.segment = segment;
    }

    byte[] bytes() {
        return bytes;
    }

    int ipAt() {
        return ipAt;
    }

    int l4At() {
        return l4At;
    }

    int payloadAt() {
        return payloadAt;
    }

    int segment() {
        return segment;
    }

    /** Any frame that is to be split, or not; tags, options and extension headers included. */
    static LongFrame any(SplittableRandom random, boolean split) {
        final boolean ipv4 = random.nextBoolean();
        final boolean tcp = random.nextBoolean();
        final int l2 = 14 + 4 * random.nextInt(3);
        final int l3 =
                ipv4
                        ? 20 + 4 * random.nextInt(11)
                        : 40 + (random.nextInt(4) == 0 ? 8 + 8 * random.nextInt(2) : 0);
        final int l4 = tcp ? 20 + 4 * random.nextInt(11) : 8;
        final int most = split ? 65_535 - 60 - l4 : 1400;
        final int payload = 1 + random.nextInt(1 + random.nextInt(most));
        final int segment =
                Math.max(1 + random.nextInt(1 + random.nextInt(9000)), (payload + 899) / 900);
        final byte[] bytes = new byte[l2 + l3 + l4 + payload];
        random.nextBytes(bytes);
        final LongFrame frame =
                new LongFrame(bytes, l2, l2 + l3, l2 + l3 + l4, split ? segment : 0);
        frame.writeHeaders(ipv4, tcp ? TCP : UDP);
        return frame;
    }

    private static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes);
    }

    private void writeHeaders(boolean ipv4, int protocol) {
        final ByteBuffer frame = view(bytes);
        for (int tag = 12; tag < ipAt - 2; tag += 4) {
            frame.putShort(tag, (short) (tag == 12 ? 0x88A8 : 0x8100));
        }
        frame.putShort(ipAt - 2, (short) (ipv4 ? 0x0800 : 0x86DD));
        if (ipv4) {
            frame.put(ipAt, (byte) (0x40 | ((l4At - ipAt) / 4)));
            frame.putShort(ipAt + 2, (short) (bytes.length - ipAt));
            frame.putShort(ipAt + 6, (short) 0x4000);
            frame.put(ipAt + 9, (byte) protocol);
        } else {
            frame.put(ipAt, (byte) 0x60);
            frame.putShort(ipAt + 4, (short) (bytes.length - ipAt - 40));
            frame.put(ipAt + 6, (byte) protocol);
            if (l4At > ipAt + 40) {
                frame.put(ipAt + 6, (byte) 60);
                frame.put(ipAt + 40, (byte) protocol);
                frame.put(ipAt + 41, (byte) ((l4At - ipAt - 40) / 8 - 1));
            }
        }
        if (protocol == TCP) {
            frame.put(l4At + 12, (byte) (((payloadAt - l4At) / 4) << 4));
        }
        frame.putShort(checksumAt(), (short) fold(pseudoHeader(bytes)));
    }

    private boolean ipv4() {
        return bytes[ipAt] >>> 4 == 4;
    }

    private boolean tcp() {
        return payloadAt - l4At >= 20;
    }

    private int checksumAt() {
        return l4At + (tcp() ? 16 : 6);
    }

    /** The virtio header, in the order of this machine. */
    byte[] virtio() {
        final int type = segment == 0 ? 0 : !tcp() ? UDP_L4 : ipv4() ? TCPV4 : TCPV6;
        return virtio(NEEDS_CSUM, type, segment, l4At, checksumAt() - l4At);
    }

    static byte[] virtio(int flags, int type, int segment, int start, int offset) {
        return ByteBuffer.allocate(10)
                .order(ByteOrder.nativeOrder())
                .put((byte) flags)
                .put((byte) type)
                .putShort((short) 0)
                .putShort((short) segment)
                .putShort((short) start)
                .putShort((short) offset)
                .array();
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return (int) folded;
    }

    /** One's complement sum of big-endian words (RFC 1071). */
    static int sum(byte[] bytes, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += (bytes[i] & 0xFFL) << ((i - from) % 2 == 0 ? 8 : 0);
        }
        return fold(sum);
    }

    /** Addresses, protocol and length (RFC 793, RFC 8200). */
    private long pseudoHeader(byte[] frame) {
        final int protocol = tcp() ? TCP : UDP;
        return (ipv4() ? sum(frame, ipAt + 12, ipAt + 20) : sum(frame, ipAt + 8, ipAt + 40))
                + protocol
                + (long) (frame.length - l4At);
    }

    /** Fails unless the frames on the wire are what this one had to become. */
    void assertBecame(List<byte[]> wire) {
        final int payload = bytes.length - payloadAt;
        final int part = segment == 0 ? payload : segment;
        assertEquals((payload + part - 1) / part, wire.size(), "frames");
        for (int i = 0; i < wire.size(); i++) {
            final boolean last = i == wire.size() - 1;
            final int from = payloadAt + i * part;
            final int to = last ? bytes.length : from + part;
            final byte[] frame = wire.get(i);
            assertArrayEquals(
                    Arrays.copyOfRange(bytes, from, to),
                    Arrays.copyOfRange(frame, payloadAt, frame.length),
                    "payload of frame " + i);
            assertSums(frame);
            assertArrayEquals(
                    expectedHeaders(frame, i, last),
                    Arrays.copyOf(frame, payloadAt),
                    "headers of frame " + i);
        }
    }

    private void assertSums(byte[] frame) {
        // What is split is written anew; a frame that stays one keeps its IP checksum.
        if (ipv4() && segment != 0) {
            assertEquals(0xFFFF, sum(frame, ipAt, l4At), "IPv4 checksum");
        }
        assertEquals(
                0xFFFF,
                fold(pseudoHeader(frame) + sum(frame, l4At, frame.length)),
                "TCP or UDP checksum");
        assertTrue(view(frame).getShort(checksumAt()) != 0, "zero is no checksum in UDP");
    }

    /** The headers of this frame, changed where a segment's differ; sums as they are, checked. */
    private byte[] expectedHeaders(byte[] frame, int index, boolean last) {
        final byte[] headers = Arrays.copyOf(bytes, payloadAt);
        final ByteBuffer expected = view(headers);
        final ByteBuffer is = view(frame);
        expected.putShort(checksumAt(), is.getShort(checksumAt()));
        if (segment == 0) {
            return headers;
        }
        if (ipv4()) {
            expected.putShort(ipAt + 2, (short) (frame.length - ipAt));
            expected.putShort(ipAt + 4, (short) (expected.getShort(ipAt + 4) + index));
            expected.putShort(ipAt + 10, is.getShort(ipAt + 10));
        } else {
            expected.putShort(ipAt + 4, (short) (frame.length - ipAt - 40));
        }
        if (tcp()) {
            final int gone = (last ? 0 : FIN | PSH) | (index == 0 ? 0 : CWR);
            expected.putInt(l4At + 4, expected.getInt(l4At + 4) + index * segment);
            expected.put(l4At + 13, (byte) (headers[l4At + 13] & ~gone));
        } else {
            expected.putShort(l4At + 4, (short) (frame.length - l4At));
        }
        return headers;
    }

    @Override
    public String toString() {
        return "%s %s, %d bytes, headers %d/%d/%d, segments of %d"
                .formatted(
                        ipv4() ? "IPv4" : "IPv6",
                        tcp() ? "TCP" : "UDP",
                        bytes.length,
                        ipAt,
                        l4At - ipAt,
                        payloadAt - l4At,
                        segment);
    }
}
