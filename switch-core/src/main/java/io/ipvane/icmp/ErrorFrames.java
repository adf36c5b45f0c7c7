// SPDX-License-Identifier: Apache-2.0
package io.ipvane.icmp;

import io.ipvane.burst.FramePool;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv4;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import java.lang.foreign.Arena;

/**
 * Writes the error about a frame: as much of the packet as the RFCs allow is quoted, 576 bytes of
 * IPv4 in all (RFC 1812, section 4.3.2.3) and 1,280 of IPv6 (RFC 4443, section 2.4 c). Conductor
 * only.
 */
public final class ErrorFrames {
    private static final int MAX_ERROR4 = 576;
    private static final int MAX_ERROR6 = 1280;
    private static final int TTL = 64;

    /** Internetwork control: RFC 1812, section 4.3.2.5. */
    private static final int TYPE_OF_SERVICE = 0xC0;

    /** More than any error quotes, tags and all. */
    private static final int READ = MAX_ERROR6 + 64;

    private final FramePool pool;
    private final long start;
    private final OffendingPacket packet = new OffendingPacket();

    /**
     * @param arena lives longer
     * @param pool of the frames that errors are about, and of the errors
     */
    public ErrorFrames(Arena arena, FramePool pool) {
        this.pool = pool;
        this.start = arena.allocate(READ, 8).address();
    }

    /**
     * Reads the frame that the next error is about.
     *
     * @param mbuf stays the caller's
     * @return whether anybody may be told; the methods below mean something only then
     */
    public boolean read(long mbuf) {
        final int bytes = Math.min(READ, pool.length(mbuf));
        pool.read(mbuf, 0, start, bytes);
        return packet.read(start, bytes);
    }

    /** The source of the packet: who is told. */
    public IpAddress sender() {
        return packet.source();
    }

    /** The destination of the packet. */
    public IpAddress destination() {
        return packet.destination();
    }

    /** The MAC address that the frame came from. */
    public long senderMac() {
        return packet.sourceMac();
    }

    /**
     * The error about the frame that was read.
     *
     * @param mtu what would have fitted, for {@link ErrorKind#TOO_BIG}
     * @param source address of the same family as the packet
     * @return a frame, the caller's now; 0 where the pool is empty
     */
    public long write(
            ErrorKind kind, int mtu, IpAddress source, long sourceMac, long destinationMac) {
        return packet.isIpv4()
                ? write4(kind, mtu, source.ipv4(), sourceMac, destinationMac)
                : write6(kind, mtu, source, sourceMac, destinationMac);
    }

    private long write4(ErrorKind kind, int mtu, int source, long sourceMac, long destinationMac) {
        final int headers = Ipv4.MIN_LENGTH + Icmpv4.LENGTH;
        final int quoted = packet.quote(MAX_ERROR4 - headers);
        final long mbuf = pool.allocate(Ethernet.LENGTH + headers + quoted);
        if (mbuf == 0) {
            return 0;
        }
        final long frame = pool.data(mbuf);
        final long ip = frame + Ethernet.LENGTH;
        Ethernet.write(frame, destinationMac, sourceMac, Ethernet.TYPE_IPV4);
        Ipv4.write(ip, headers + quoted, Ipv4.PROTOCOL_ICMP, TTL, source, Ipv4.source(packet.ip()));
        Ipv4.putTypeOfService(ip, TYPE_OF_SERVICE);
        Ipv4.seal(ip);
        Memory.copy(packet.ip(), ip + headers, quoted);
        final int rest = kind == ErrorKind.TOO_BIG ? Math.min(mtu, 0xFFFF) : 0;
        Icmpv4.write(ip + Ipv4.MIN_LENGTH, kind.type4, kind.code4, rest, Icmpv4.LENGTH + quoted);
        return mbuf;
    }

    private long write6(
            ErrorKind kind, int mtu, IpAddress source, long sourceMac, long destinationMac) {
        final int headers = Ipv6.LENGTH + Icmpv6.ERROR_LENGTH;
        final int quoted = packet.quote(MAX_ERROR6 - headers);
        final long mbuf = pool.allocate(Ethernet.LENGTH + headers + quoted);
        if (mbuf == 0) {
            return 0;
        }
        final long frame = pool.data(mbuf);
        final long ip = frame + Ethernet.LENGTH;
        Ethernet.write(frame, destinationMac, sourceMac, Ethernet.TYPE_IPV6);
        Ipv6.write(ip, Icmpv6.ERROR_LENGTH + quoted, Ipv6.NEXT_ICMPV6, TTL);
        Ipv6.putSource(ip, source.key0(), source.key1());
        Ipv6.putDestination(ip, Ipv6.sourceHigh(packet.ip()), Ipv6.sourceLow(packet.ip()));
        Memory.copy(packet.ip(), ip + headers, quoted);
        final int rest = kind == ErrorKind.TOO_BIG ? mtu : 0;
        Icmpv6.writeError(ip + Ipv6.LENGTH, kind.type6, kind.code6, rest);
        Icmpv6.seal(ip);
        return mbuf;
    }
}
