// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The switch's address table beside DPDK's {@code rte_hash}, asked by {@code
 * rte_hash_lookup_bulk_data}: IPv4 addresses, all of them there, in bursts of 64.
 */
final class HashScenario implements Scenario {
    private static final Pattern RESULT = Pattern.compile("^ours ([0-9.]+) theirs ([0-9.]+)$");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Target TARGET = Target.of(1.5);
    private static final String NOTE =
            "rte_hash hashes by CRC without a secret and lies in hugepages where there are some; ours"
                    + " hashes with a secret, since addresses come from outside, and lies in"
                    + " ordinary pages";

    @Override
    public String name() {
        return "hash";
    }

    @Override
    public List<Comparison> run(Settings settings) throws IOException, InterruptedException {
        final List<Comparison> comparisons = new ArrayList<>();
        for (int entries : new int[] {1_000, 65_536, 1_000_000}) {
            final String scenario = "lookup IPv4 %,d".formatted(entries);
            final List<Double> ours = new ArrayList<>();
            final List<Double> theirs = new ArrayList<>();
            for (int i = 0; i < settings.starts(); i++) {
                final int size = entries;
                final Matcher result = settings.start(() -> race(size));
                ours.add(Double.valueOf(result.group(1)));
                theirs.add(Double.valueOf(result.group(2)));
                settings.say(
                        "%s %d/%d: ipvane %.1f  rte_hash %.1f Mlookups/s",
                        scenario, i + 1, settings.starts(), ours.getLast(), theirs.getLast());
            }
            comparisons.add(
                    Comparison.ofRates(
                            scenario + ", rte_hash",
                            series(scenario, "ipvane", ours),
                            series(scenario, "rte_hash", theirs),
                            TARGET,
                            NOTE));
        }
        return comparisons;
    }

    private static Matcher race(int entries) throws IOException, InterruptedException {
        try (Child child = JavaChild.start(HashRaceMain.class, Settings.forwardingCpu(), entries)) {
            return child.await(RESULT, PATIENCE);
        }
    }

    private static Series series(String scenario, String system, List<Double> values) {
        return new Series(scenario, system, "lookups", "M/s", values, List.of(), "the one core");
    }
}
