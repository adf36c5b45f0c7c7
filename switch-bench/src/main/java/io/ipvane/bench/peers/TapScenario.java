// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Two namespaces and a switch between them: one TCP stream, UDP of 18 bytes, ping; beside OVS-DPDK
 * and the kernel's bridge. Sender, switch and receiver share the machine's CPUs.
 */
final class TapScenario implements Scenario {
    private static final String OVS_NOTE =
            "OVS switches by learned MAC on its main thread, frames of 1,514 bytes; ipvane by address,"
                    + " from its own TAP";
    private static final String BRIDGE_NOTE =
            "veth and bridge stay in the kernel and hand whole GSO frames over without a copy";

    private final Path program;

    /** Where the image is, {@code bin/ipvane} in it. */
    TapScenario(Path program) {
        this.program = program;
    }

    private record Sample(
            double placement, TapLoad.Result tcp, TapLoad.Result udp, TapLoad.Result ping) {}

    @Override
    public String name() {
        return "tap";
    }

    @Override
    public List<Comparison> run(Settings settings) throws IOException, InterruptedException {
        final List<TapSwitch> switches =
                List.of(new IpvaneTap(program), new OvsTap(), new BridgeTap());
        final List<List<Sample>> samples = List.of(list(), list(), list());
        for (int i = 0; i < settings.starts(); i++) {
            for (int k = 0; k < switches.size(); k++) {
                final TapSwitch each = switches.get(k);
                final Sample sample = settings.start(() -> start(settings, each));
                samples.get(k).add(sample);
                settings.say(
                        "tap %d/%d: %s TCP %.2f Gbit/s (%s), UDP %.3f Mpps (%s), ping %.0f us; CPUs %.0f ns apart",
                        i + 1,
                        settings.starts(),
                        each.system(),
                        sample.tcp.value(),
                        sample.tcp.bottleneck(),
                        sample.udp.value(),
                        sample.udp.bottleneck(),
                        sample.ping.value(),
                        sample.placement);
            }
        }
        final List<Comparison> comparisons = new ArrayList<>();
        for (int k = 1; k < switches.size(); k++) {
            final boolean ovs = k == 1;
            comparisons.addAll(
                    compare(
                            switches.get(k).system(),
                            samples.get(0),
                            samples.get(k),
                            ovs ? Target.of(2) : Target.NONE,
                            ovs ? Target.of(1) : Target.NONE,
                            ovs ? OVS_NOTE : BRIDGE_NOTE));
        }
        return comparisons;
    }

    private static List<Sample> list() {
        return new ArrayList<>();
    }

    private static Sample start(Settings settings, TapSwitch each)
            throws IOException, InterruptedException {
        try (TapNetwork network = new TapNetwork();
                TapSwitch.Started started = each.start(settings)) {
            network.await();
            final double before = Placement.nanos();
            final TapLoad.Result tcp = TapLoad.tcp(started.pid(), settings.interval());
            final TapLoad.Result udp = TapLoad.udp(started.pid(), settings.interval());
            final TapLoad.Result ping = TapLoad.ping();
            return new Sample((before + Placement.nanos()) / 2, tcp, udp, ping);
        }
    }

    private static List<Comparison> compare(
            String system,
            List<Sample> ours,
            List<Sample> theirs,
            Target tcp,
            Target udp,
            String note) {
        return List.of(
                new Comparison(
                        "TAP, TCP, " + system,
                        series("tap tcp", "ipvane", "Gbit/s", ours, Sample::tcp),
                        series("tap tcp", system, "Gbit/s", theirs, Sample::tcp),
                        Comparison.Better.HIGHER,
                        tcp,
                        note),
                new Comparison(
                        "TAP, UDP of 18 bytes, " + system,
                        series("tap udp 18", "ipvane", "Mpps", ours, Sample::udp),
                        series("tap udp 18", system, "Mpps", theirs, Sample::udp),
                        Comparison.Better.HIGHER,
                        udp,
                        note),
                new Comparison(
                        "TAP, ping p50, " + system,
                        series("tap ping", "ipvane", "us", ours, Sample::ping),
                        series("tap ping", system, "us", theirs, Sample::ping),
                        Comparison.Better.LOWER,
                        Target.NONE,
                        note));
    }

    /** Each with the number of starts in which it was. */
    private static String bottlenecks(List<TapLoad.Result> results) {
        return results.stream()
                .collect(groupingBy(TapLoad.Result::bottleneck, TreeMap::new, counting()))
                .entrySet()
                .stream()
                .map(e -> e.getKey() + " (" + e.getValue() + ")")
                .collect(joining(", "));
    }

    private static Series series(
            String scenario,
            String system,
            String unit,
            List<Sample> samples,
            Function<Sample, TapLoad.Result> which) {
        return new Series(
                scenario,
                system,
                unit.equals("us") ? "latency p50" : "throughput",
                unit,
                samples.stream().map(which).map(TapLoad.Result::value).toList(),
                samples.stream().map(Sample::placement).toList(),
                bottlenecks(samples.stream().map(which).toList()));
    }
}
