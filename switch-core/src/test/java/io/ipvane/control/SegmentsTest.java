// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.ipvane.config.SwitchConfig;
import io.ipvane.model.ModelBuilder;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.model.UplinkExit;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.Segment;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import io.ipvane.testing.Frames;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A segment is told by its domain, whatever the place of its exit among ports. */
class SegmentsTest {
    private static final int EXIT = 0;
    private static final int HOST = 1;
    private static final int PORT = 2;

    /** No place of a port, as that of a virtual network will be none. */
    private static final int DOMAIN = 0x0100_002A;

    /** Nobody reads. */
    private static final Grace NOBODY =
            new Grace() {
                @Override
                public long retire() {
                    return 0;
                }

                @Override
                public boolean passed(long ticket) {
                    return true;
                }
            };

    private static final String YAML =
            """
            uplinks:
              - { name: wire, device: "vdev:net_null0", mode: l2, host: { interface: master, addresses: ["10.0.0.1/24"] } }
            ports:
              - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24"] }
            """;

    /** The segment of an uplink, under a domain that is not the place of its exit. */
    private static SwitchModel elsewhere() {
        final SwitchConfig config = SwitchConfig.parse(YAML, "test");
        final ModelBuilder builder = new ModelBuilder();
        final var uplink = config.uplinks().get(0);
        builder.uplink(uplink, Frames.OWN, 1500, true);
        builder.host(EXIT, "", "master", uplink.host().orElseThrow().addresses(), List.of());
        builder.port(EXIT, config.ports().get(0));
        final SwitchModel model = builder.build();
        final SegmentModel own = model.segmentOf(EXIT);
        return new SwitchModel(
                model.ports().stream().map(SegmentsTest::moved).toList(),
                Map.of(
                        DOMAIN,
                        new SegmentModel(
                                DOMAIN,
                                own.name(),
                                own.exit(),
                                own.mac(),
                                own.rules(),
                                own.wire(),
                                own.hostPort())));
    }

    private static PortModel moved(PortModel port) {
        return new PortModel(
                port.index(),
                port.name(),
                port.role(),
                DOMAIN,
                port.endpoint(),
                port.rules(),
                port.link(),
                port.groups());
    }

    @Test
    void shouldFindTheSegmentOfEachOfItsPorts() {
        final SwitchModel model = elsewhere();
        final SegmentModel segment = model.segments().get(DOMAIN);
        for (int index : new int[] {EXIT, HOST, PORT}) {
            assertSame(segment, model.segmentOf(index));
        }
        assertEquals(List.of(model.port(PORT)), model.members(DOMAIN));
        assertEquals(new UplinkExit(EXIT, "vdev:net_null0", 0), segment.exit());
    }

    @Test
    void shouldCompileDomainAndExitApart() {
        try (AddressTable addresses = new AddressTable(16, 16, NOBODY);
                NeighborTable neighbors = new NeighborTable(16, NOBODY)) {
            final ForwardingSnapshot snapshot =
                    SnapshotCompiler.compile(elsewhere(), 1, addresses, neighbors);
            final Segment segment = snapshot.entry(PORT).segment;
            assertEquals(DOMAIN, segment.domain());
            assertEquals(EXIT, segment.exit());
            assertEquals(HOST, segment.host());
            assertArrayEquals(new int[] {PORT}, segment.members());
            for (int index : new int[] {EXIT, HOST, PORT}) {
                final PortEntry entry = snapshot.entry(index);
                assertSame(segment, entry.segment);
            }
        }
    }

    @Test
    void shouldForgetASegmentWithItsExit() {
        final ModelBuilder builder = new ModelBuilder(elsewhere());
        builder.remove(PORT);
        builder.remove(HOST);
        assertEquals(PortEntry.NONE, builder.build().segments().get(DOMAIN).host());
        builder.remove(EXIT);
        assertEquals(Map.of(), builder.build().segments());
    }
}
