// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import io.ipvane.burst.FramePool;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Udp;

/**
 * The datagram in a frame that {@code SnoopStage} took for DHCP: UDP over IPv4, not a fragment. The
 * conductor's.
 */
final class DhcpFrames {
    private DhcpFrames() {}

    /**
     * The payload of the datagram, or null where its lengths contradict each other or it is spread
     * over segments that cannot be gathered.
     */
    static byte[] payload(FramePool pool, long mbuf, int l3) {
        final int length = pool.length(mbuf);
        if (pool.contiguous(mbuf) < length && !pool.pullUp(mbuf, length)) {
            return null;
        }
        final long ip = pool.data(mbuf) + l3;
        final int header = Ipv4.headerLength(ip);
        final long udp = ip + header;
        final int total = Ipv4.totalLength(ip);
        if (l3 + total > length || total < header + Udp.LENGTH) {
            return null;
        }
        final int datagram = Udp.length(udp);
        return datagram < Udp.LENGTH || datagram > total - header
                ? null
                : Memory.bytes(udp + Udp.LENGTH, datagram - Udp.LENGTH);
    }

    /**
     * A new frame in place of one whose {@link #payload} shall be another; the old one is freed.
     * Its checksums are whole, even where the old one left them to a device.
     *
     * @param longest bytes that the frame may have
     * @return 0 where it would be longer, no frame can be had, or the old IP header is damaged: the
     *     old frame then stays as it is
     */
    static long withPayload(FramePool pool, long mbuf, int l3, byte[] payload, int longest) {
        final long from = pool.data(mbuf);
        final int header = Ipv4.headerLength(from + l3);
        final int before = l3 + header + Udp.LENGTH;
        if (before + payload.length > longest || !Ipv4.checksumValid(from + l3)) {
            return 0;
        }
        final long out = pool.allocate(before + payload.length);
        if (out == 0) {
            return 0;
        }
        final long frame = pool.data(out);
        final long ip = frame + l3;
        final long udp = ip + header;
        Memory.copy(from, frame, before);
        Ipv4.putTotalLength(ip, header + Udp.LENGTH + payload.length);
        Ipv4.seal(ip);
        final boolean summed = Udp.checksum(udp) != 0;
        Udp.write(udp, Udp.sourcePort(udp), Udp.destinationPort(udp), Udp.LENGTH + payload.length);
        Memory.put(udp + Udp.LENGTH, payload);
        if (summed) {
            Udp.seal4(ip, udp);
        }
        pool.free(mbuf);
        return out;
    }
}
