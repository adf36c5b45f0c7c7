// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Beside dpdk-testpmd in mode {@code mac}, over the same virtual devices of DPDK. */
final class TestpmdScenario implements Scenario {
    private static final int ADDRESSES = 1_000;

    /** As many as a ring of net_ring's own size holds at half. */
    private static final int FRAMES = 512;

    private static final String WIRE =
            "testpmd writes both MACs and looks nothing up; ipvane here parses, checks and looks the"
                    + " destination up among 1,000 addresses, and leaves the MACs";
    private static final String INSIDE =
            "testpmd writes both MACs and looks nothing up; ipvane here parses, checks, looks source"
                    + " and destination up among 1,000 addresses and writes both MACs";

    @Override
    public String name() {
        return "testpmd";
    }

    @Override
    public List<Comparison> run(Settings settings) throws IOException, InterruptedException {
        final List<Comparison> comparisons = new ArrayList<>();
        comparisons.addAll(over(settings, "null", Target.of(0.8, 1.0)));
        comparisons.addAll(over(settings, "ring", Target.of(0.9, 1.0)));
        return comparisons;
    }

    private static List<Comparison> over(Settings settings, String device, Target target)
            throws IOException, InterruptedException {
        final List<Series> series =
                Interleaved.run(
                        settings,
                        "net_" + device,
                        ipvane(settings, "ipvane", device, "l2", "wire"),
                        Testpmd.loop(settings.hugepages(), device, FRAMES),
                        ipvane(settings, "ipvane-inside", device, "l3", "inside"));
        final Series testpmd = series.get(1);
        return List.of(
                Comparison.ofRates(
                        "net_" + device + ": wire to port, testpmd mac",
                        series.get(0),
                        testpmd,
                        target,
                        WIRE),
                Comparison.ofRates(
                        "net_" + device + ": port to port, testpmd mac",
                        series.get(2),
                        testpmd,
                        Target.NONE,
                        INSIDE));
    }

    private static IpvaneForwarder ipvane(
            Settings settings, String system, String device, String mode, String ingress) {
        return new IpvaneForwarder(
                system,
                settings.hugepages(),
                device,
                mode,
                ingress,
                4,
                ADDRESSES,
                FRAMES,
                1,
                "RUN_TO_COMPLETION");
    }
}
