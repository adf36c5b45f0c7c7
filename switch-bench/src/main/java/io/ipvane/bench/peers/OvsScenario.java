// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Beside OVS-DPDK: the same file of frames, from net_pcap to net_null. */
final class OvsScenario implements Scenario {
    private static final int LEAST_FRAMES = 1_024;

    private static final String NOTE =
            "OVS extracts a flow of 5-tuple and MACs, looks it up in its caches, writes the source MAC"
                    + " and sends; ipvane checks the headers, looks source and destination up and"
                    + " writes both MACs. Both copy each frame out of net_pcap";

    private record Case(int addresses, Target target) {}

    private static final List<Case> CASES =
            List.of(
                    new Case(1, Target.of(1.5)),
                    new Case(1_000, Target.of(2)),
                    new Case(65_536, Target.of(8)));

    @Override
    public String name() {
        return "ovs";
    }

    @Override
    public List<Comparison> run(Settings settings) throws IOException, InterruptedException {
        final List<Comparison> comparisons = new ArrayList<>();
        for (Case each : CASES) {
            final int frames = Math.max(LEAST_FRAMES, each.addresses);
            final Path file = settings.directory().resolve("frames" + each.addresses + ".pcap");
            FrameFile.write(file, each.addresses, frames);
            final String scenario = "pcap to null %,d".formatted(each.addresses);
            final List<Series> series =
                    Interleaved.run(
                            settings,
                            scenario,
                            new IpvaneForwarder(
                                    "ipvane",
                                    settings.hugepages(),
                                    file.toString(),
                                    "l3",
                                    "inside",
                                    4,
                                    each.addresses,
                                    frames,
                                    1,
                                    "RUN_TO_COMPLETION"),
                            OvsForwarder.pcap(settings, file, each.addresses));
            comparisons.add(
                    Comparison.ofRates(
                            "net_pcap to net_null, OVS-DPDK, %,d destinations"
                                    .formatted(each.addresses),
                            series.get(0),
                            series.get(1),
                            each.target,
                            NOTE));
        }
        return comparisons;
    }
}
