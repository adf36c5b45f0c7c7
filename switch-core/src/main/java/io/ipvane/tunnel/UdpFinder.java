// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Udp;

/**
 * Finds the UDP header of a parsed IP packet, behind options and extension headers, and makes it
 * readable. Owned by one lcore; what it says is of the frame that it looked at last.
 */
@HotPath
final class UdpFinder {
    private static final int MAX_EXTENSIONS = 8;

    private final FramePool pool;
    private int header;
    private int end;
    private boolean fragment;

    UdpFinder(FramePool pool) {
        this.pool = pool;
    }

    /** Bytes from the start of the frame to the UDP header. */
    int header() {
        return header;
    }

    /** Bytes from the start of the frame to where IP ends. */
    int end() {
        return end;
    }

    /** Whether it is the first of several fragments. */
    boolean isFragment() {
        return fragment;
    }

    /**
     * Looks at frame {@code i}, which parse has found to be IP.
     *
     * @return whether it has a UDP header, which is readable then; a later fragment has none
     */
    boolean find(Burst burst, int i) {
        return (burst.etherType(i) == Ethernet.TYPE_IPV4 ? isUdp4(burst, i) : isUdp6(burst, i))
                && header + Udp.LENGTH <= end
                && end <= burst.length(i)
                && reach(burst, i, header + Udp.LENGTH);
    }

    private boolean isUdp4(Burst burst, int i) {
        final int l3 = burst.l3(i);
        final long ip = burst.data(i) + l3;
        header = l3 + Ipv4.headerLength(ip);
        end = l3 + Ipv4.totalLength(ip);
        fragment = Ipv4.isFragment(ip);
        // Which port a later fragment is for, only the first one says.
        return Ipv4.protocol(ip) == Ipv4.PROTOCOL_UDP && Ipv4.fragmentOffset(ip) == 0;
    }

    private boolean isUdp6(Burst burst, int i) {
        final int l3 = burst.l3(i);
        final long ip = burst.data(i) + l3;
        int next = Ipv6.nextHeader(ip);
        int at = l3 + Ipv6.LENGTH;
        end = at + Ipv6.payloadLength(ip);
        fragment = false;
        for (int passed = 0; Ipv6.isExtension(next) || next == Ipv6.NEXT_FRAGMENT; passed++) {
            if (passed == MAX_EXTENSIONS
                    || at + Ipv6.EXTENSION_UNIT > Math.min(end, burst.length(i))
                    || !reach(burst, i, at + Ipv6.EXTENSION_UNIT)) {
                return false;
            }
            final long extension = burst.data(i) + at;
            if (next == Ipv6.NEXT_FRAGMENT) {
                final int word = Ipv6.fragmentWord(extension);
                if (word > 1) {
                    return false;
                }
                fragment |= word != 0;
                at += Ipv6.EXTENSION_UNIT;
            } else {
                at += Ipv6.extensionLength(extension);
            }
            next = Ipv6.extensionNext(extension);
        }
        header = at;
        return next == Ipv4.PROTOCOL_UDP;
    }

    /** Makes the first bytes of a frame readable; false where it is shorter, or split. */
    boolean reach(Burst burst, int i, int bytes) {
        if (burst.contiguous(i) >= bytes) {
            return true;
        }
        final long mbuf = burst.mbuf(i);
        if (burst.length(i) < bytes || !pool.pullUp(mbuf, bytes)) {
            return false;
        }
        burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), burst.length(i));
        return true;
    }
}
