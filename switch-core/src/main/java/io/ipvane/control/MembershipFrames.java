// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.FramePool;
import io.ipvane.group.MembershipReport;
import io.ipvane.memory.Memory;
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
