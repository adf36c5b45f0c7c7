// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.SourcePrefixes;
import io.ipvane.table.AddressTable;

/**
 * Asks the address table for every key of a burst: the port of the destination, and where it
 * matters the port of the source.
 *
 * <p>Adds the facts KNOWN (spec ADR-1), SPOOFED (TX-6) and SOURCE_KNOWN (RX-8). Two passes: gather
 * the rows by family, then probe one region of the table at a time.
 */
@HotPath
final class LookupStage implements Stage {
    private final int[] rows4 = new int[Burst.MAX];
    private final int[] rows6 = new int[Burst.MAX];
    private final int[] owner = new int[Burst.MAX];

    @Override
    public void process(Burst burst) {
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        final PortEntry ingress = snapshot.entry(burst.ingress);
        final AddressTable table = snapshot.addresses();
        final int domain = ingress.uplink.index();

        final int count4 = gather(burst, Burst.KEY_IPV4, rows4);
        final int count6 = gather(burst, Burst.KEY_IPV6, rows6);
        find(table, domain, burst.key0, burst.key1, count4, count6, burst.port);
        mark(burst);

        if (ingress.antispoof) {
            find(table, domain, burst.source0, burst.source1, count4, count6, owner);
            markSpoofed(burst, ingress, count4, count6);
        } else if (ingress.role == PortEntry.Role.UPLINK) {
            markReflected(burst, table, domain);
        }
    }

    private static int gather(Burst burst, byte family, int[] rows) {
        final int size = burst.size;
        final byte[] families = burst.family;
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (families[i] == family) {
                rows[count++] = i;
            }
        }
        return count;
    }

    private void find(
            AddressTable table,
            int domain,
            long[] high,
            long[] low,
            int count4,
            int count6,
            int[] found) {
        table.find4(domain, high, rows4, count4, found);
        table.find6(domain, high, low, rows6, count6, found);
    }

    private static void mark(Burst burst) {
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if (burst.family[i] == Burst.NO_KEY) {
                burst.port[i] = AddressTable.NONE;
            } else if (burst.port[i] != AddressTable.NONE) {
                burst.facts[i] |= Facts.KNOWN;
            }
        }
    }

    /**
     * A source must be the port's own, unspecified (DHCP, ARP probe, DAD), or in allowedSources.
     */
    private void markSpoofed(Burst burst, PortEntry ingress, int count4, int count6) {
        final SourcePrefixes allowed = ingress.allowedSources;
        for (int k = 0; k < count4; k++) {
            final int i = rows4[k];
            if (owner[i] != ingress.index
                    && burst.source0[i] != 0
                    && !allowed.contains4((int) burst.source0[i])) {
                burst.facts[i] |= Facts.SPOOFED;
            }
        }
        for (int k = 0; k < count6; k++) {
            final int i = rows6[k];
            if (owner[i] != ingress.index
                    && (burst.source0[i] | burst.source1[i]) != 0
                    && !allowed.contains6(burst.source0[i], burst.source1[i])) {
                burst.facts[i] |= Facts.SPOOFED;
            }
        }
    }

    /** Only group frames that carry our own MAC can be reflections, and they are rare. */
    private static void markReflected(Burst burst, AddressTable table, int domain) {
        final int own = Facts.OWN_SOURCE | Facts.GROUP;
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if ((burst.facts[i] & own) == own && knownSource(burst, i, table, domain)) {
                burst.facts[i] |= Facts.SOURCE_KNOWN;
            }
        }
    }

    private static boolean knownSource(Burst burst, int i, AddressTable table, int domain) {
        return switch (burst.family[i]) {
            case Burst.KEY_IPV4 -> table.find4(domain, (int) burst.source0[i]) != AddressTable.NONE;
            case Burst.KEY_IPV6 ->
                    table.find6(domain, burst.source0[i], burst.source1[i]) != AddressTable.NONE;
            default -> false;
        };
    }
}
