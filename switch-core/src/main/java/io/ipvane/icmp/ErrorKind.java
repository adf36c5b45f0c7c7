// SPDX-License-Identifier: Apache-2.0
package io.ipvane.icmp;

import io.ipvane.burst.DropReason;
import io.ipvane.packet.Icmpv4;
import io.ipvane.packet.Icmpv6;

/**
 * What a sender can be told, as type and code of either family. The codes are those of a Linux
 * router with the same routes, so that programs see what they know.
 */
public enum ErrorKind {
    /** Net unreachable; no route to destination. */
    NO_ROUTE(DropReason.NO_ROUTE, 0, Icmpv6.UNREACHABLE, 0),
    /** Host unreachable; Linux says "no route" for IPv6 here. */
    ROUTE_UNREACHABLE(DropReason.ROUTE_UNREACHABLE, 1, Icmpv6.UNREACHABLE, 0),
    /** Communication administratively prohibited: RFC 1812, section 5.2.7.1. */
    ROUTE_PROHIBIT(DropReason.ROUTE_PROHIBIT, 13, Icmpv6.UNREACHABLE, 1),
    /** Host unreachable; address unreachable. */
    NEIGHBOR_FAILED(DropReason.NEIGH_FAIL, 1, Icmpv6.UNREACHABLE, 3),
    /** Fragmentation needed and DF set; packet too big. */
    TOO_BIG(DropReason.MTU, 4, Icmpv6.PACKET_TOO_BIG, 0);

    private static final ErrorKind[] BY_REASON = new ErrorKind[DropReason.COUNT];

    static {
        for (ErrorKind kind : values()) {
            BY_REASON[kind.reason.ordinal()] = kind;
        }
    }

    private final DropReason reason;
    final int type4 = Icmpv4.UNREACHABLE;
    final int code4;
    final int type6;
    final int code6;

    ErrorKind(DropReason reason, int code4, int type6, int code6) {
        this.reason = reason;
        this.code4 = code4;
        this.type6 = type6;
        this.code6 = code6;
    }

    /** What the sender of a frame dropped for this reason is told, or null: nothing. */
    public static ErrorKind of(DropReason reason) {
        return BY_REASON[reason.ordinal()];
    }
}
