// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.InternetChecksum;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Udp;
import io.ipvane.packet.Vxlan;

/**
 * The outer headers towards one end of a tunnel (spec ENC-1 to ENC-13), as the control plane knows
 * them: all that a frame does not decide. {@link #write} compiles it. Immutable.
 *
 * @param tunnel row of the tunnel's counters
 * @param uplink place of the uplink that the outer packets leave by
 * @param uplinkMtu bytes of IP that the way there takes: the uplink's MTU, or less where a router
 *     has said so
 * @param local source address
 * @param remote destination address, of the same family
 * @param nextHop who gets the outer packets: the remote, or a gateway
 * @param sourceMac the uplink's MAC address
 * @param nextHopMac MAC address of the next hop, or {@link #UNRESOLVED}
 */
public record OuterHeader(
        int tunnel,
        int uplink,
        int uplinkMtu,
        IpAddress local,
        IpAddress remote,
        IpAddress nextHop,
        long sourceMac,
        long nextHopMac,
        TunnelOptions options) {
    /** The MAC address of the next hop is not known yet. */
    public static final long UNRESOLVED = -1;

    private static final int VERSION_6 = 6 << 28;

    /** Refuses ends that no packet can have both. */
    public OuterHeader {
        if (local.isIpv4() != remote.isIpv4()) {
            throw new IllegalArgumentException(
                    "local=" + local + " and remote=" + remote + " are of two families");
        }
    }

    /** Bytes that are put in front of an inner frame: 50 over IPv4, 70 over IPv6. */
    public int length() {
        return Ethernet.LENGTH
                + (remote.isIpv4() ? Ipv4.MIN_LENGTH : Ipv6.LENGTH)
                + Udp.LENGTH
                + Vxlan.LENGTH;
    }

    /** Bytes of IP that fit through the tunnel (spec FMT-5, F19). */
    public int innerMtu() {
        return uplinkMtu - length();
    }

    /** Writes a {@link PreparedHeader}. */
    void write(long slot) {
        Memory.zero(slot, PreparedHeader.BYTES);
        PreparedHeader.lengths(slot, length(), innerMtu() + Ethernet.LENGTH);
        PreparedHeader.places(slot, tunnel, uplink);
        PreparedHeader.flags(slot, flags());
        final int first = options.firstSourcePort();
        PreparedHeader.ports(slot, first, options.lastSourcePort() - first + 1);
        PreparedHeader.nextHop(slot, nextHop.key0(), nextHop.key1());
        PreparedHeader.tosAndTtl(
                slot,
                Math.max(0, options.tos()) & ~EcnRules.MASK,
                options.ttl() == TunnelOptions.INHERIT ? 0 : options.ttl());
        final long header = slot + PreparedHeader.HEADER;
        final long ip = header + Ethernet.LENGTH;
        final int type = remote.isIpv4() ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6;
        Ethernet.write(header, Math.max(0, nextHopMac), sourceMac, type);
        final long udp = remote.isIpv4() ? writeIpv4(ip) : writeIpv6(ip);
        Udp.write(udp, 0, options.port(), 0);
        Vxlan.write(udp + Udp.LENGTH, Vxlan.of(0));
        final long udpSum =
                OuterChecksum.addresses(ip, remote.isIpv4())
                        + Ipv4.PROTOCOL_UDP
                        + InternetChecksum.sum(udp, Udp.LENGTH + Vxlan.LENGTH);
        final long ipSum = remote.isIpv4() ? InternetChecksum.sum(ip, Ipv4.MIN_LENGTH) : 0;
        PreparedHeader.sums(slot, (int) ipSum, (int) udpSum);
    }

    private int flags() {
        int flags = remote.isIpv4() ? 0 : PreparedHeader.IPV6;
        flags |= options.sums(!remote.isIpv4()) ? PreparedHeader.SUMS : 0;
        flags |= nextHopMac == UNRESOLVED ? PreparedHeader.UNRESOLVED : 0;
        flags |= options.tos() == TunnelOptions.INHERIT ? PreparedHeader.INHERITS_TOS : 0;
        flags |= options.ttl() == TunnelOptions.INHERIT ? PreparedHeader.INHERITS_TTL : 0;
        flags |= options.rfc6040() ? PreparedHeader.COPIES_CONGESTION : 0;
        return options.df() == TunnelOptions.DontFragment.INHERIT
                ? flags | PreparedHeader.INHERITS_DF
                : flags;
    }

    private long writeIpv4(long ip) {
        Ipv4.write(ip, 0, Ipv4.PROTOCOL_UDP, 0, local.ipv4(), remote.ipv4());
        final boolean fixed = options.df() == TunnelOptions.DontFragment.SET;
        Ipv4.putIdentification(ip, 0, fixed);
        Ipv4.putChecksum(ip, 0);
        return ip + Ipv4.MIN_LENGTH;
    }

    private long writeIpv6(long ip) {
        Ipv6.write(ip, 0, Ipv4.PROTOCOL_UDP, 0);
        Memory.put32be(ip, VERSION_6 | options.label());
        Ipv6.putSource(ip, local.key0(), local.key1());
        Ipv6.putDestination(ip, remote.key0(), remote.key1());
        return ip + Ipv6.LENGTH;
    }
}
