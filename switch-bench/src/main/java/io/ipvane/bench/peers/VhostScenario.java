// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * From one vhost-user port to another on one core, beside OVS-DPDK, testpmd in mode {@code mac} and
 * our own reference in C. The load, DPDK's virtio driver, has the other CPU; all but the switch
 * receive and send by the same vhost library.
 */
final class VhostScenario implements Scenario {
    private static final int LEAST_FRAMES = 1_024;

    /** Bytes without Ethernet's checksum: 7 : 4 : 1, mixed. */
    private static final List<Integer> IMIX =
            List.of(60, 590, 60, 60, 590, 60, 1514, 60, 590, 60, 60, 590);

    private static final List<Integer> SMALL = List.of(60);

    private static final Target TESTPMD = Target.of(0.85);
    private static final Target REFERENCE = Target.of(1);

    private static final String OVS_NOTE =
            "OVS extracts a flow of 5-tuple and MACs, looks it up in its caches, writes the source MAC"
                    + " and sends; ipvane checks the headers, looks source and destination up, writes"
                    + " both MACs, and polls its uplink as well. OVS receives and sends by DPDK's vhost"
                    + " library, ipvane by code of its own";
    private static final String TESTPMD_NOTE =
            "testpmd writes both MACs and looks nothing up; ipvane parses, checks, looks source and"
                    + " destination up and polls its uplink as well";
    private static final String REFERENCE_NOTE =
            "C does the same per frame, as l3fwd does it by exact match, with a table of the same"
                    + " layout; it polls one port and knows no guest's MAC of its own";

    /** One kind of load. */
    private record Case(
            String name, List<Integer> lengths, boolean mergeable, int addresses, Target ovs) {
        int frames() {
            return Math.max(LEAST_FRAMES, addresses);
        }
    }

    private static final List<Case> CASES =
            List.of(
                    new Case("60 B", SMALL, false, 1, Target.of(1.3)),
                    new Case("60 B", SMALL, false, 65_536, Target.of(3)),
                    new Case("IMIX", IMIX, false, 1, Target.of(1.3)),
                    new Case("IMIX", IMIX, false, 65_536, Target.of(3)),
                    new Case("60 B, mergeable buffers", SMALL, true, 1, Target.of(1.3)),
                    new Case("60 B, mergeable buffers", SMALL, true, 65_536, Target.of(3)));

    @Override
    public String name() {
        return "vhost";
    }

    @Override
    public List<Comparison> run(Settings settings) throws IOException, InterruptedException {
        final List<Comparison> comparisons = new ArrayList<>();
        for (Case each : CASES) {
            comparisons.addAll(compare(settings, each));
        }
        return comparisons;
    }

    private static List<Comparison> compare(Settings settings, Case load)
            throws IOException, InterruptedException {
        final Path file =
                settings.directory()
                        .resolve("vhost%d-%d.pcap".formatted(load.lengths.size(), load.addresses));
        FrameFile.write(file, load.addresses, load.frames(), load.lengths);
        final VhostLoad.Traffic traffic =
                new VhostLoad.Traffic(file, load.frames(), load.mergeable);
        final VhostSockets sockets = VhostSockets.in(settings.directory());
        final Peer[] peers =
                Stream.of(
                                forwarder("ipvane", sockets.name(), settings, load),
                                OvsForwarder.vhost(settings, sockets, load.addresses),
                                Testpmd.vhost(settings.hugepages(), sockets),
                                forwarder("c-reference", sockets.referenceName(), settings, load))
                        .map(each -> new VhostPeer(settings, each, traffic, sockets))
                        .toArray(Peer[]::new);
        final List<Series> series =
                Interleaved.run(
                        settings, "vhost %s %,d".formatted(load.name, load.addresses), peers);
        final String title =
                "vhost-user, %s, %%s, %,d destinations".formatted(load.name, load.addresses);
        return List.of(
                Comparison.ofRates(
                        title.formatted("OVS-DPDK"),
                        series.get(0),
                        series.get(1),
                        load.ovs,
                        OVS_NOTE),
                Comparison.ofRates(
                        title.formatted("testpmd mac"),
                        series.get(0),
                        series.get(2),
                        TESTPMD,
                        TESTPMD_NOTE),
                Comparison.ofRates(
                        title.formatted("C reference"),
                        series.get(0),
                        series.get(3),
                        REFERENCE,
                        REFERENCE_NOTE));
    }

    private static Peer forwarder(String system, String device, Settings settings, Case load) {
        return new IpvaneForwarder(
                system,
                settings.hugepages(),
                device,
                "l3",
                "inside",
                4,
                load.addresses,
                load.frames(),
                1,
                "RUN_TO_COMPLETION");
    }
}
