// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.burst.Stage;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.Nd;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.RouteTable;
import io.ipvane.snapshot.SourcePrefixes;
import io.ipvane.table.AddressTable;
import io.ipvane.tunnel.RemoteTable;
import java.lang.foreign.Arena;

/**
 * Asks the address table for every key of a burst: the port of the destination, and where it
 * matters the port of the source.
 *
 * <p>A port is what {@link DecideStage} makes the fact KNOWN of (spec ADR-1); the facts SPOOFED
 * (TX-6) and SOURCE_KNOWN (RX-8) are added here. Nearly every burst is of one family and is looked
 * up as it stands; {@link MixedLookup} does the others.
 */
@HotPath
final class LookupStage implements Stage {
    /** What a frame of ours that came back by the wire looks like. */
    private static final int REFLECTED = Facts.OWN_SOURCE | Facts.GROUP;

    /** What a frame from one end of a MAC to the other looks like. */
    private static final int TO_OWN = Facts.OWN_DEST | Facts.SAME_MAC;

    private final MixedLookup mixed;

    LookupStage(Arena arena) {
        mixed = new MixedLookup(arena);
    }

    @Override
    public void process(Burst burst) {
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        final PortEntry ingress = snapshot.entry(burst.ingress);
        final AddressTable table = snapshot.addresses();
        final int domain = ingress.segment.domain();

        find(burst, table, domain, Row.KEY0, Row.KEY1, Row.PORT);
        if ((burst.anyFacts & Facts.SOLICIT) != 0) {
            markForHost(burst, ingress);
        }
        if (ingress.antispoof) {
            find(burst, table, domain, Row.SOURCE0, Row.SOURCE1, Row.OWNER);
            markSpoofed(burst, ingress);
            if ((burst.anyFacts & Facts.CLAIM) != 0) {
                markFalseClaims(burst, ingress, table);
            }
        } else if (ingress.role == PortEntry.Role.UPLINK
                && (burst.anyFacts & REFLECTED) == REFLECTED) {
            markReflected(burst, table, domain);
        }
    }

    /** Offsets within a row of the two halves of the key and of the result. */
    private void find(Burst burst, AddressTable table, int domain, int high, int low, int out) {
        final long rows = burst.rows;
        final long slots = rows + Row.SLOT;
        final int size = burst.size;
        switch (burst.families) {
            case Burst.KEY_IPV4 ->
                    table.find4(domain, rows + high, slots, rows + out, Row.BYTES, size);
            case Burst.KEY_IPV6 ->
                    table.find6(
                            domain, rows + high, rows + low, slots, rows + out, Row.BYTES, size);
            default -> mixed.find(burst, table, domain, high, low, out);
        }
    }

    /**
     * A neighbour solicitation for an address of the host port is nobody else's, however many ports
     * are in its group: those of one MAC have link-local addresses that share it. So it counts as
     * one to our own MAC.
     */
    private static void markForHost(Burst burst, PortEntry ingress) {
        if (ingress.role == PortEntry.Role.HOST || (ingress.parseOptions & Parser.STRICT) == 0) {
            return;
        }
        final RouteTable routes = ingress.segment.routes();
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if ((burst.facts(i) & Facts.SOLICIT) != 0
                    && burst.etherType(i) == Ethernet.TYPE_IPV6
                    && isHosts(burst.data(i) + burst.l3(i) + Ipv6.LENGTH, routes)) {
                burst.facts(i, (burst.facts(i) & ~Facts.GROUP) | TO_OWN);
            }
        }
    }

    private static boolean isHosts(long nd, RouteTable routes) {
        return routes.find6(Nd.targetHigh(nd), Nd.targetLow(nd)) == RouteTable.LOCAL;
    }

    /**
     * A source must be the port's own, unspecified (DHCP, ARP probe, DAD), or in allowedSources.
     */
    private void markSpoofed(Burst burst, PortEntry ingress) {
        final int own = ingress.index;
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if (Row.owner(burst.row(i)) != own && spoofed(burst, i, ingress.allowedSources)) {
                burst.facts(i, burst.facts(i) | Facts.SPOOFED);
            }
        }
    }

    /**
     * Whoever advertises an address must have it: neighbours believe the target of an
     * advertisement, whatever source it came from.
     */
    private static void markFalseClaims(Burst burst, PortEntry ingress, AddressTable table) {
        final int domain = ingress.segment.domain();
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            final long high = burst.claim0(i);
            final long low = burst.claim1(i);
            if ((burst.facts(i) & Facts.CLAIM) != 0
                    && table.find6(domain, high, low) != ingress.index
                    && !ingress.allowedSources.contains6(high, low)) {
                burst.facts(i, burst.facts(i) | Facts.SPOOFED);
            }
        }
    }

    private static boolean spoofed(Burst burst, int i, SourcePrefixes allowed) {
        final long high = burst.source0(i);
        final long low = burst.source1(i);
        return switch (burst.family(i)) {
            case Burst.KEY_IPV4 -> high != 0 && !allowed.contains4((int) high);
            case Burst.KEY_IPV6 -> (high | low) != 0 && !allowed.contains6(high, low);
            default -> false;
        };
    }

    /** Only group frames that carry our own MAC can be reflections, and they are rare. */
    private static void markReflected(Burst burst, AddressTable table, int domain) {
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if ((burst.facts(i) & REFLECTED) == REFLECTED && knownSource(burst, i, table, domain)) {
                burst.facts(i, burst.facts(i) | Facts.SOURCE_KNOWN);
            }
        }
    }

    private static boolean knownSource(Burst burst, int i, AddressTable table, int domain) {
        return switch (burst.family(i)) {
            case Burst.KEY_IPV4 -> isPort(table.find4(domain, (int) burst.source0(i)));
            case Burst.KEY_IPV6 -> isPort(table.find6(domain, burst.source0(i), burst.source1(i)));
            default -> false;
        };
    }

    /** What a remote sends is no reflection, though hosts may share the MAC of a VNI. */
    private static boolean isPort(int value) {
        return value != AddressTable.NONE && !RemoteTable.isRemote(value);
    }
}
