// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import io.ipvane.packet.MacAddress;
import io.ipvane.testing.Frames;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.UnaryOperator;

/**
 * A frame as one receiver saw it.
 *
 * @param mark {@code H} to this host, {@code B} broadcast, {@code M} multicast, {@code O} to a MAC
 *     that is not the receiver's; {@link #PACKET} for an IP packet without an Ethernet header
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Sighting(String mark, byte[] bytes) {
    /** Mark of what the host's own IP layer hands to itself. */
    static final String PACKET = "IP";

    /** The sighting of a frame that a device of ours was given; its stack marks it by the MAC. */
    static Sighting at(String receiver, byte[] frame) {
        final long mac = destination(frame);
        final long own = receiver.equals("wire") ? Frames.X : Frames.OWN;
        final String mark =
                MacAddress.isBroadcast(mac)
                        ? "B"
                        : MacAddress.isGroup(mac) ? "M" : mac == own ? "H" : "O";
        return new Sighting(mark, frame);
    }

    private static long destination(byte[] frame) {
        return ByteBuffer.wrap(frame).getLong() >>> 16;
    }

    /**
     * As the host's sockets see a frame that its device was given: without its tag, or all up to
     * the first that names a VLAN, which the host has not and so takes for another's.
     */
    Sighting untagged() {
        byte[] frame = bytes;
        while (FrameView.isTag(frame)) {
            final int vid = new FrameView(frame).vid();
            final byte[] out = Arrays.copyOf(frame, frame.length - 4);
            System.arraycopy(frame, 16, out, 12, out.length - 12);
            frame = out;
            if (vid != 0) {
                return new Sighting("O", frame);
            }
        }
        return new Sighting(mark, frame);
    }

    /** Without the Ethernet header. */
    Sighting packet() {
        return mark.equals(PACKET)
                ? this
                : new Sighting(
                        PACKET, Arrays.copyOfRange(bytes, new FrameView(bytes).l3(), bytes.length));
    }

    /** Another frame in its place; the mark follows its destination MAC. */
    Sighting changed(String receiver, UnaryOperator<byte[]> change) {
        final byte[] other = change.apply(bytes);
        return mark.equals(PACKET) ? new Sighting(PACKET, other) : at(receiver, other);
    }

    /** As a line of the guest has it: a mark, and hexadecimal or {@code =} for what was sent. */
    static Sighting read(String mark, String frame, byte[] sent) {
        if (!frame.equals("=")) {
            return new Sighting(mark, HexFormat.of().parseHex(frame));
        }
        final int from = mark.equals(PACKET) ? FrameView.ETHERNET : 0;
        return new Sighting(mark, Arrays.copyOfRange(sent, from, sent.length));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sighting that
                && mark.equals(that.mark)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * mark.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        final String hex = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 100));
        return mark + ":" + hex + (bytes.length > 100 ? "... " + bytes.length + " bytes" : "");
    }
}
