// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.ipvane.bench.peers.Guests.Offloads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One TCP stream between two guests behind vhost-user ports of one ipvane, beside itself: with TSO
 * and without. The guests' stacks are the kernel's, at native speed ({@link GuestMain}). Stacks,
 * guests and switch share the machine's CPUs.
 *
 * <p>A start measures all ways one after the other, the next start in the opposite order; ratios
 * are of the same start.
 */
final class TcpScenario implements Scenario {
    /** Streams are measured for so many intervals: losses make them uneven. */
    private static final int INTERVALS = 5;

    private static final Duration WARM_UP = Duration.ofSeconds(3);

    /** Ethernet header and an MTU of 1,500 bytes. */
    private static final double WHOLE_FRAME = 1514;

    private static final Target TSO = Target.of(3);

    private final Path program;

    /** Where the image is, {@code bin/ipvane} in it. */
    TcpScenario(Path program) {
        this.program = program;
    }

    /**
     * @param length bytes of a frame from the sender, on average
     */
    private record Sample(TapLoad.Stream stream, double length) {}

    @Override
    public String name() {
        return "tcp";
    }

    @Override
    public List<Comparison> run(Settings settings) throws IOException, InterruptedException {
        final List<Comparison> comparisons = new ArrayList<>();
        for (boolean mergeable : List.of(true, false)) {
            comparisons.addAll(
                    compare(
                            settings,
                            mergeable,
                            mergeable ? "mergeable buffers" : "buffers of 64 KiB"));
        }
        return comparisons;
    }

    private List<Comparison> compare(Settings settings, boolean mergeable, String buffers)
            throws IOException, InterruptedException {
        final Map<Offloads, List<Sample>> samples = new EnumMap<>(Offloads.class);
        final List<Double> placement = new ArrayList<>();
        for (int i = 0; i < settings.starts(); i++) {
            final List<Offloads> order = List.of(Offloads.values());
            final List<Offloads> turn = i % 2 == 0 ? order : order.reversed();
            final double before = Placement.nanos();
            final Map<Offloads, Sample> start =
                    settings.start(() -> start(settings, mergeable, turn));
            placement.add((before + Placement.nanos()) / 2);
            for (Offloads each : order) {
                final Sample sample = start.get(each);
                samples.computeIfAbsent(each, k -> new ArrayList<>()).add(sample);
                settings.say(
                        "tcp %s %d/%d: %s %.2f Gbit/s (%s), %.0f bytes a frame, %d segments sent again",
                        buffers,
                        i + 1,
                        settings.starts(),
                        system(each),
                        sample.stream.gbits(),
                        sample.stream.bottleneck(),
                        sample.length,
                        sample.stream.retransmits());
            }
        }
        final List<Comparison> comparisons = new ArrayList<>();
        for (Offloads other : List.of(Offloads.NONE, Offloads.NO_TSO)) {
            comparisons.add(
                    Comparison.ofRates(
                            "vhost-user, TCP, %s, TSO : %s".formatted(buffers, system(other)),
                            series(buffers, Offloads.ALL, samples, placement),
                            series(buffers, other, samples, placement),
                            other == Offloads.NONE ? TSO : Target.NONE,
                            note(samples, other)));
        }
        return comparisons;
    }

    private Map<Offloads, Sample> start(Settings settings, boolean mergeable, List<Offloads> turn)
            throws IOException, InterruptedException {
        final Map<Offloads, Sample> samples = new EnumMap<>(Offloads.class);
        try (TapNetwork network = new TapNetwork();
                Guests guests = new Guests(settings, program, mergeable)) {
            network.await();
            TapLoad.stream(guests.daemon().pid(), WARM_UP);
            for (Offloads each : turn) {
                guests.offloads(each);
                samples.put(each, measure(settings, guests.daemon(), each));
            }
        }
        return samples;
    }

    private static Sample measure(Settings settings, IpvaneDaemon daemon, Offloads offloads)
            throws IOException, InterruptedException {
        final JsonNode before = daemon.stats(Guests.SENDER);
        final TapLoad.Stream stream =
                TapLoad.stream(daemon.pid(), settings.interval().multipliedBy(INTERVALS));
        final JsonNode after = daemon.stats(Guests.SENDER);
        final double length =
                (double) grown(before, after, "receiveBytes")
                        / grown(before, after, "receivePackets");
        if (offloads == Offloads.ALL == length <= WHOLE_FRAME) {
            throw new IOException(
                    "the sender's frames are %.0f bytes long with %s"
                            .formatted(length, system(offloads)));
        }
        return new Sample(stream, length);
    }

    private static long grown(JsonNode before, JsonNode after, String counter) {
        return after.path(counter).asLong() - before.path(counter).asLong();
    }

    private static String system(Offloads offloads) {
        return switch (offloads) {
            case ALL -> "TSO";
            case NO_TSO -> "no TSO";
            case NONE -> "no offloads";
        };
    }

    private static String note(Map<Offloads, List<Sample>> samples, Offloads other) {
        return "frames of %,.0f bytes with TSO and of %,.0f without; %s"
                .formatted(
                        Series.median(lengths(samples, Offloads.ALL)),
                        Series.median(lengths(samples, other)),
                        other == Offloads.NONE
                                ? "both ends have tso, gso, tx, sg and gro off: TCP cuts, checksums and copies"
                                : "both ends have tso off: the stack cuts before the card, and leaves checksums");
    }

    private static List<Double> lengths(Map<Offloads, List<Sample>> samples, Offloads which) {
        return samples.get(which).stream().map(Sample::length).toList();
    }

    private static Series series(
            String buffers,
            Offloads which,
            Map<Offloads, List<Sample>> samples,
            List<Double> placement) {
        final List<TapLoad.Stream> streams =
                samples.get(which).stream().map(Sample::stream).toList();
        return new Series(
                "vhost tcp " + buffers,
                "ipvane, " + system(which),
                "throughput",
                "Gbit/s",
                streams.stream().map(TapLoad.Stream::gbits).toList(),
                placement,
                streams.stream()
                        .collect(groupingBy(TapLoad.Stream::bottleneck, TreeMap::new, counting()))
                        .entrySet()
                        .stream()
                        .map(e -> e.getKey() + " (" + e.getValue() + ")")
                        .collect(joining(", ")));
    }
}
