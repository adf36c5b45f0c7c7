// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Udp;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;

/**
 * Picks out the few frames that the conductor must see before they go on: DHCP, whose replies name
 * no port by an address (spec F16), and what a port says of its groups by IGMP or MLD. They get the
 * verdict {@link Verdict#CONTROL}, and what was decided of them before is kept in a column.
 *
 * <p>Looks only at frames that are off the fast path already, being for a group or for an unknown
 * address; a burst without one costs a test of its verdicts. The exception is a port with {@link
 * PortEntry#SNOOP_UNICAST}: a DHCP client renews by unicast.
 */
@HotPath
final class SnoopStage implements Stage {
    private static final long OFF_PATH =
            (1L << Verdict.PUNT)
                    | (1L << Verdict.FLOOD_AND_WIRE)
                    | (1L << Verdict.FLOOD_AND_PUNT)
                    | (1L << Verdict.FLOOD_WIRE_AND_PUNT)
                    | (1L << Verdict.WIRE_AND_PUNT);
    private static final int SNOOPS = PortEntry.SNOOP_DHCP | PortEntry.SNOOP_GROUPS;

    private static final long UNICAST = (1L << Verdict.DELIVER) | (1L << Verdict.WIRE);

    /** Bytes of a hop-by-hop header that holds a router alert and nothing else: MLD has that. */
    private static final int HOP_BY_HOP = 8;

    SnoopStage() {}

    /** Makes a burst with DHCP in it one that {@link CutThrough} leaves to the stages. */
    static void keepWhole(Burst burst) {
        for (int i = 0; i < burst.size && !burst.whole; i++) {
            burst.whole = isDhcp(burst, i);
        }
    }

    @Override
    public void process(Burst burst) {
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        final long wanted =
                (ingress.snoop & PortEntry.SNOOP_UNICAST) == 0 ? OFF_PATH : OFF_PATH | UNICAST;
        if ((ingress.snoop & SNOOPS) != 0 && (burst.anyVerdicts & wanted) != 0) {
            pick(burst, wanted, ingress.snoop);
        }
    }

    private static void pick(Burst burst, long wanted, int snoop) {
        final boolean dhcp = (snoop & PortEntry.SNOOP_DHCP) != 0;
        final boolean groups = (snoop & PortEntry.SNOOP_GROUPS) != 0;
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            final int verdict = burst.verdict(i);
            if ((wanted >>> verdict & 1) != 0
                    && ((dhcp && isDhcp(burst, i)) || (groups && isMembership(burst, i)))) {
                burst.decided(i, verdict);
                burst.verdict(i, Verdict.CONTROL);
            }
        }
    }

    /** To a DHCP server or client, by its port; whole, as a fragment does not say. */
    private static boolean isDhcp(Burst burst, int i) {
        if (burst.etherType(i) != Ethernet.TYPE_IPV4 || burst.family(i) != Burst.KEY_IPV4) {
            return false;
        }
        // A frame with a key has a whole IPv4 header.
        final long ip = burst.data(i) + burst.l3(i);
        if (Ipv4.protocol(ip) != Ipv4.PROTOCOL_UDP || Ipv4.isFragment(ip)) {
            return false;
        }
        final int l4 = burst.l3(i) + Ipv4.headerLength(ip);
        if (burst.contiguous(i) < l4 + Udp.LENGTH) {
            return false;
        }
        final int to = Udp.destinationPort(burst.data(i) + l4);
        return to == Udp.PORT_DHCP_SERVER || to == Udp.PORT_DHCP_CLIENT;
    }

    /** IGMP of any version, or a report or leave of MLD. */
    static boolean isMembership(Burst burst, int i) {
        final long ip = burst.data(i) + burst.l3(i);
        return switch (burst.etherType(i)) {
            case Ethernet.TYPE_IPV4 ->
                    burst.family(i) == Burst.KEY_IPV4 && Ipv4.protocol(ip) == Ipv4.PROTOCOL_IGMP;
            case Ethernet.TYPE_IPV6 ->
                    burst.contiguous(i) >= burst.l3(i) + Ipv6.LENGTH + HOP_BY_HOP + Icmpv6.LENGTH
                            && Ipv6.nextHeader(ip) == Ipv6.NEXT_HOP_BY_HOP
                            && Ipv6.extensionNext(ip + Ipv6.LENGTH) == Ipv6.NEXT_ICMPV6
                            && Ipv6.extensionLength(ip + Ipv6.LENGTH) == HOP_BY_HOP
                            && Icmpv6.isMembership(Icmpv6.type(ip + Ipv6.LENGTH + HOP_BY_HOP));
            default -> false;
        };
    }
}
