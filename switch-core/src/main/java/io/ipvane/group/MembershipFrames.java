// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import io.ipvane.burst.FramePool;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import java.util.Optional;

/**
 * The report in a frame that {@code LearnStage} took for one of IGMP, or of MLD behind a hop-by-hop
 * header of 8 bytes. The conductor's.
 */
final class MembershipFrames {
    private static final int MLD = Ipv6.LENGTH + Ipv6.EXTENSION_UNIT;

    private MembershipFrames() {}

    /** Whether it is such a frame; it may be cut off, or lie about its lengths. */
    static boolean isMembership(FramePool pool, long mbuf, int l3) {
        final long ip = pool.data(mbuf) + l3;
        if (Ipv4.version(ip) == 4) {
            return Ipv4.protocol(ip) == Ipv4.PROTOCOL_IGMP;
        }
        return pool.contiguous(mbuf) >= l3 + MLD + Icmpv6.LENGTH
                && Ipv6.nextHeader(ip) == Ipv6.NEXT_HOP_BY_HOP
                && Ipv6.extensionNext(ip + Ipv6.LENGTH) == Ipv6.NEXT_ICMPV6
                && Icmpv6.isMembership(Icmpv6.type(ip + MLD));
    }

    /**
     * What the frame says, if its lengths agree.
     *
     * @param l3 bytes before its IP header
     */
    static Optional<MembershipReport> report(FramePool pool, long mbuf, int l3) {
        final int length = pool.length(mbuf);
        if (pool.contiguous(mbuf) < length && !pool.pullUp(mbuf, length)) {
            return Optional.empty();
        }
        final long ip = pool.data(mbuf) + l3;
        return Ipv4.version(ip) == 4 ? igmp(ip, length - l3) : mld(ip, length - l3);
    }

    private static Optional<MembershipReport> igmp(long ip, int room) {
        final int header = Ipv4.headerLength(ip);
        final int total = Ipv4.totalLength(ip);
        return Ipv4.isFragment(ip) || total > room || total < header
                ? Optional.empty()
                : MembershipReport.igmp(Memory.bytes(ip + header, total - header));
    }

    private static Optional<MembershipReport> mld(long ip, int room) {
        final int total = Ipv6.LENGTH + Ipv6.payloadLength(ip);
        return total > room || total < MLD
                ? Optional.empty()
                : MembershipReport.mld(Memory.bytes(ip + MLD, total - MLD));
    }
}
