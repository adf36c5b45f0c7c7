// SPDX-License-Identifier: Apache-2.0
package io.ipvane.icmp;

import io.ipvane.packet.Icmpv4;
import io.ipvane.packet.Icmpv6;

/**
 * What a sender can be told, as type and code of either family. The codes are those of a Linux
 * router with the same routes, so that programs see what they know.
 */
public enum ErrorKind {
    /** Net unreachable; no route to destination. */
    NO_ROUTE(0, Icmpv6.UNREACHABLE, 0),
    /** Host unreachable; Linux says "no route" for IPv6 here. */
    ROUTE_UNREACHABLE(1, Icmpv6.UNREACHABLE, 0),
    /** Communication administratively prohibited: RFC 1812, section 5.2.7.1. */
    ROUTE_PROHIBIT(13, Icmpv6.UNREACHABLE, 1),
    /** Host unreachable; address unreachable. */
    NEIGHBOR_FAILED(1, Icmpv6.UNREACHABLE, 3),
    /** Fragmentation needed and DF set; packet too big. */
    TOO_BIG(4, Icmpv6.PACKET_TOO_BIG, 0);

    private static final ErrorKind[] ALL = values();

    final int type4 = Icmpv4.UNREACHABLE;
    final int code4;
    final int type6;
    final int code6;

    ErrorKind(int code4, int type6, int code6) {
        this.code4 = code4;
        this.type6 = type6;
        this.code6 = code6;
    }

    /** A number for tables and messages, above 0. */
    public int number() {
        return ordinal() + 1;
    }

    /** The kind that has a {@link #number}. */
    public static ErrorKind of(int number) {
        return ALL[number - 1];
    }
}
