// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Nd;

/**
 * MAC addresses in neighbour discovery: source and target link-layer address options of router and
 * neighbour solicitations and advertisements and of redirects (RFC 4861, 4.1 to 4.6). Also behind
 * extension headers, as far as the parser follows them.
 *
 * <p>Only from a guest: what it gets speaks of others, who have the uplink's MAC to it too.
 */
@HotPath
final class NdMacs {
    private static final int IP = Ethernet.LENGTH;
    private static final int MAX_EXTENSIONS = 8;

    /** Honest messages fit the least MTU of IPv6; no more is gathered and looked at. */
    private static final int MAX_END = IP + 1280;

    private NdMacs() {}

    /** Replaces the address in every option where it is {@code before}. */
    static void fromGuest(FramePool pool, long mbuf, long before, long after) {
        final int icmp = icmpv6(pool, mbuf);
        if (icmp == 0 || !reach(pool, mbuf, icmp + Icmpv6.LENGTH)) {
            return;
        }
        final int options = Nd.optionsOffset(Icmpv6.type(pool.data(mbuf) + icmp));
        final int end = end(pool, mbuf);
        if (options != 0 && reach(pool, mbuf, end)) {
            final long message = pool.data(mbuf) + icmp;
            replace(message, options, end - icmp, before, after);
        }
    }

    /**
     * Makes bytes of the frame readable, but none behind {@link #MAX_END}; addresses may change.
     */
    private static boolean reach(FramePool pool, long mbuf, int bytes) {
        return bytes <= MAX_END && pool.pullUp(mbuf, bytes);
    }

    /** Offset of the header behind IPv6 and its extension headers; 0 where it is not of ICMPv6. */
    private static int icmpv6(FramePool pool, long mbuf) {
        int at = IP + Ipv6.LENGTH;
        if (!reach(pool, mbuf, at) || Ipv6.version(pool.data(mbuf) + IP) != 6) {
            return 0;
        }
        int next = Ipv6.nextHeader(pool.data(mbuf) + IP);
        for (int passed = 0; Ipv6.isExtension(next); passed++) {
            if (passed == MAX_EXTENSIONS || !reach(pool, mbuf, at + Ipv6.EXTENSION_UNIT)) {
                return 0;
            }
            final long header = pool.data(mbuf) + at;
            next = Ipv6.extensionNext(header);
            at += Ipv6.extensionLength(header);
        }
        return next == Ipv6.NEXT_ICMPV6 ? at : 0;
    }

    /** Where the message ends: with its packet, with its frame, or where we stop. */
    private static int end(FramePool pool, long mbuf) {
        final int packet = IP + Ipv6.LENGTH + Ipv6.payloadLength(pool.data(mbuf) + IP);
        return Math.min(MAX_END, Math.min(packet, pool.length(mbuf)));
    }

    private static void replace(long message, int options, int length, long before, long after) {
        int at = options;
        while (at + Nd.MAC_OPTION_LENGTH <= length) {
            final long option = message + at;
            final int bytes = Nd.optionLength(option);
            if (bytes == 0) {
                return;
            }
            if (bytes == Nd.MAC_OPTION_LENGTH
                    && Nd.isMacOption(option)
                    && Nd.optionMac(option) == before) {
                Nd.putOptionMac(option, after);
                Icmpv6.mendMac(message, before, after);
            }
            at += bytes;
        }
    }
}
