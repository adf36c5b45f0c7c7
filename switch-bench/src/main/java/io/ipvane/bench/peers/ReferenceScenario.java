// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.bench.dispatch.DispatchRace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The whole pipeline beside the same work in prefetching C, in turns of milliseconds on one thread
 * of one process; each start such a process. Before that, both forward the same frames once, and
 * the results are compared byte for byte.
 */
final class ReferenceScenario implements Scenario {
    private static final Pattern RESULT =
            Pattern.compile(
                    " java ([0-9.]+) .* c ([0-9.]+) .*Mpps ratio [0-9.]+ .* other 0 \\[] hugepages=(\\w+)");
    private static final Pattern EQUAL = Pattern.compile("^equal (\\d+) frames");
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int ROUNDS = 100;
    private static final int PORTS = 8;
    private static final String NOTE =
            "C does the same per frame, with tables of the same layout and its prefetches inline";

    /** Frames as many as addresses, so that the table is used as a whole. */
    private record Case(String device, String mode, String ingress, int addresses, Target target) {
        String scenario() {
            return "%s %s %s %,d".formatted(device, mode, ingress, addresses);
        }
    }

    private static final Target SMALL = Target.of(0.90, 0.95);
    private static final Target LARGE = Target.of(0.90, 1.00);

    private static final List<Case> CASES =
            List.of(
                    new Case("null", "l2", "wire", 1_000, SMALL),
                    new Case("null", "l3", "inside", 1_000, SMALL),
                    new Case("ring", "l2", "wire", 1_000, SMALL),
                    new Case("ring", "l3", "inside", 1_000, SMALL),
                    new Case("ring", "l2", "wire", 65_536, LARGE),
                    new Case("ring", "l3", "inside", 65_536, LARGE),
                    new Case("ring", "l2", "wire", 1_000_000, LARGE),
                    new Case("ring", "l3", "inside", 1_000_000, LARGE));

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public List<Comparison> run(Settings settings) throws IOException, InterruptedException {
        try (Child child = JavaChild.start(SameOutput.class, Settings.forwardingCpu())) {
            settings.say(
                    "C and Java: %s frames, byte for byte the same",
                    child.await(EQUAL, PATIENCE).group(1));
        }
        final List<List<Double>> java = CASES.stream().map(ReferenceScenario::none).toList();
        final List<List<Double>> c = CASES.stream().map(ReferenceScenario::none).toList();
        for (int i = 0; i < settings.starts(); i++) {
            for (int k = 0; k < CASES.size(); k++) {
                final Case each = CASES.get(k);
                final Matcher result = settings.start(() -> race(each));
                if (Boolean.parseBoolean(result.group(3)) != settings.hugepages()) {
                    throw new IOException("somebody else has taken hugepages since the start");
                }
                java.get(k).add(Double.valueOf(result.group(1)));
                c.get(k).add(Double.valueOf(result.group(2)));
                settings.say(
                        "%s %d/%d: ipvane %.2f  c %.2f Mpps",
                        each.scenario(),
                        i + 1,
                        settings.starts(),
                        java.get(k).getLast(),
                        c.get(k).getLast());
            }
        }
        final List<Comparison> comparisons = new ArrayList<>();
        for (int k = 0; k < CASES.size(); k++) {
            comparisons.add(
                    Comparison.ofRates(
                            CASES.get(k).scenario(),
                            series(CASES.get(k), "ipvane", java.get(k)),
                            series(CASES.get(k), "c-reference", c.get(k)),
                            CASES.get(k).target,
                            NOTE));
        }
        return comparisons;
    }

    private static List<Double> none(Case each) {
        return new ArrayList<>();
    }

    private static Matcher race(Case each) throws IOException, InterruptedException {
        try (Child child =
                JavaChild.start(
                        DispatchRace.class,
                        each.device,
                        each.mode,
                        each.ingress,
                        4,
                        each.addresses,
                        each.addresses,
                        PORTS,
                        "RUN_TO_COMPLETION",
                        ROUNDS)) {
            return child.await(RESULT, PATIENCE);
        }
    }

    private static Series series(Case each, String system, List<Double> values) {
        return new Series(
                each.scenario(),
                system,
                "throughput",
                "Mpps",
                values,
                List.of(),
                "forwarding core");
    }
}
