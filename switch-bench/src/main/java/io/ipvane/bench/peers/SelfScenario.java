// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Beside ourselves: IPv6 and IPv4, the ring of the Disruptor and no ring. */
final class SelfScenario implements Scenario {
    private static final int ADDRESSES = 1_000;
    private static final int FRAMES = 1_000;
    private static final int PORTS = 8;

    @Override
    public String name() {
        return "self";
    }

    @Override
    public List<Comparison> run(Settings settings) throws IOException, InterruptedException {
        final List<Comparison> comparisons = new ArrayList<>();
        for (String ingress : List.of("wire", "inside")) {
            final String mode = ingress.equals("wire") ? "l2" : "l3";
            final List<Series> series =
                    Interleaved.run(
                            settings,
                            "net_ring " + mode + " " + ingress,
                            ipvane(settings, "ipvane", mode, ingress, 4, "RUN_TO_COMPLETION"),
                            ipvane(settings, "ipvane-ipv6", mode, ingress, 6, "RUN_TO_COMPLETION"),
                            ipvane(settings, "ipvane-shared", mode, ingress, 4, "SHARED"));
            comparisons.add(
                    Comparison.ofRates(
                            "IPv6 beside IPv4, " + mode + " " + ingress,
                            series.get(1),
                            series.get(0),
                            Target.of(0.85),
                            "frames of 78 bytes beside 60, keys of 16 beside 4"));
            comparisons.add(
                    Comparison.ofRates(
                            "plan shared beside run-to-completion, " + mode + " " + ingress,
                            series.get(2),
                            series.get(0),
                            Target.of(0.92),
                            "the same roles, joined by a ring of bursts and EventPollers on the one"
                                    + " thread"));
        }
        return comparisons;
    }

    private static IpvaneForwarder ipvane(
            Settings settings,
            String system,
            String mode,
            String ingress,
            int family,
            String plan) {
        return new IpvaneForwarder(
                system,
                settings.hugepages(),
                "ring",
                mode,
                ingress,
                family,
                ADDRESSES,
                FRAMES,
                PORTS,
                plan);
    }
}
