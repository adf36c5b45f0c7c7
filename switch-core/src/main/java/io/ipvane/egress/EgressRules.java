// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.packet.Ethernet;
import io.ipvane.snapshot.PortEntry;

/**
 * What becomes of a frame at the port that it leaves by: it is sent, split, or dropped for a
 * reason. Says it and does nothing; any thread.
 */
@HotPath
public final class EgressRules {
    /** Answer: the port takes the frame as it is. */
    public static final int SEND = -1;

    /**
     * Answer: the frame is an IPv4 packet that is too long for the port and may become fragments
     * (spec TX-32), unless its header forbids it.
     */
    public static final int SPLIT = -2;

    /** In the place of a route's MTU: the frame has no route, or its route has none. */
    static final int NO_MTU = 0;

    private static final int NO_PORT = EgressDrop.NO_PORT.number();
    private static final int DEV_DOWN = BurstDrop.DEV_DOWN.number();
    private static final int MTU = EgressDrop.MTU.number();

    private EgressRules() {}

    /**
     * Judges a frame by its length.
     *
     * @param ingress where the frame came in
     * @param egress where it is to leave, or null where nothing stands or nobody sends
     * @param row the frame after parse; its facts and its place of the L3 header are read
     * @param length bytes of the frame, or of its longest segment where the device that it leaves
     *     by will split it (spec OFF-4)
     * @return {@link #SEND}, {@link #SPLIT}, or the number of a {@link io.ipvane.burst.DropReason}
     */
    public static int judge(PortEntry ingress, PortEntry egress, long row, int length) {
        return judge(ingress, egress, row, length, NO_MTU);
    }

    private static int judge(PortEntry ingress, PortEntry egress, long row, int length, int mtu) {
        if (egress == null) {
            return NO_PORT;
        }
        if (!egress.up) {
            return DEV_DOWN;
        }
        if (!ingress.measured || length <= most(egress, row, mtu)) {
            return SEND;
        }
        return isRouted(ingress, egress, row)
                        && ingress.splits(egress.role)
                        && Row.etherType(row) == Ethernet.TYPE_IPV4
                ? SPLIT
                : MTU;
    }

    /** As the other; the segments of a frame are measured only where the whole is too long. */
    public static int judge(PortEntry ingress, PortEntry egress, long row, FramePool pool) {
        return judge(ingress, egress, row, pool, NO_MTU);
    }

    /**
     * As the other, of a frame whose route has an MTU of its own.
     *
     * @param mtu bytes of an L3 packet, or {@link #NO_MTU}
     */
    static int judge(PortEntry ingress, PortEntry egress, long row, FramePool pool, int mtu) {
        final int whole = judge(ingress, egress, row, Row.length(row), mtu);
        return isTooLong(whole)
                ? judge(ingress, egress, row, pool.longest(Row.mbuf(row)), mtu)
                : whole;
    }

    /** Whether an answer says that the frame is longer than the port takes. */
    public static boolean isTooLong(int answer) {
        return answer == SPLIT || answer == MTU;
    }

    /**
     * Whether the switch is a router for the frame, because it routes for one of its ends: it may
     * split the packet in it, or say that it is too long. A switch does not meddle with packets.
     */
    public static boolean isRouted(PortEntry ingress, PortEntry egress, long row) {
        return (Row.facts(row) & Facts.IP) != 0 && (isRouted(ingress) || isRouted(egress));
    }

    private static boolean isRouted(PortEntry end) {
        return end.routed && end.role == PortEntry.Role.PORT;
    }

    /** Tags that parse has skipped do not count; a frame that it could not read has none. */
    private static int most(PortEntry egress, long row, int mtu) {
        final int frame =
                mtu == NO_MTU ? egress.maxFrame : Math.min(egress.maxFrame, mtu + Ethernet.LENGTH);
        return frame + Math.max(0, Row.l3(row) - Ethernet.LENGTH);
    }

    /** Bytes of IP that a port takes by a route: the smaller of the two MTUs. */
    static int mtu(PortEntry egress, int mtu) {
        final int ports = egress.maxFrame - Ethernet.LENGTH;
        return mtu == NO_MTU ? ports : Math.min(ports, mtu);
    }
}
