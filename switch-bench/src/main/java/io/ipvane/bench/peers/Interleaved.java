// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Systems in turns, A B B A, so that what drifts favours none: each start a process of its own,
 * measured in frames per second of CPU time of the one thread that forwards.
 */
final class Interleaved {
    private static final String METRIC = "throughput";
    private static final String UNIT = "Mpps";

    /** Beyond this share of the time somebody else had the CPU. */
    private static final double WAITED = 0.02;

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int LOOKS = 15;
    private static final double SETTLED = 0.03;

    /** Below this share of what was offered the sender could have had more to offer. */
    private static final double REFUSED = 0.01;

    /**
     * What became of a sender's frames, and how long it waited for its CPU: shares of all and of
     * the time.
     */
    private record Offer(double refused, double waited) {
        static Offer between(Sender.Reading before, Sender.Reading after, long taken) {
            final double refused = (double) after.refused() - before.refused();
            return new Offer(
                    refused / (refused + taken),
                    ThreadClock.Reading.waited(before.clock(), after.clock()));
        }

        boolean isShort() {
            return refused < REFUSED;
        }
    }

    /**
     * One start.
     *
     * @param waited share of the time in which the forwarding thread waited for its CPU
     * @param offer of a sender on the other CPU, if there is one
     * @param placement nanoseconds between the two CPUs, before and after
     */
    private record Sample(double mpps, double waited, Optional<Offer> offer, double placement) {
        Sample at(double nanos) {
            return new Sample(mpps, waited, offer, nanos);
        }

        @Override
        public String toString() {
            return "%.2f".formatted(mpps)
                    + offer.map(o -> " (refused %.0f %%)".formatted(100 * o.refused)).orElse("");
        }
    }

    private Interleaved() {}

    /** The series of the systems, in their order. */
    static List<Series> run(Settings settings, String scenario, Peer... peers)
            throws IOException, InterruptedException {
        final List<List<Sample>> samples = Arrays.stream(peers).map(Interleaved::none).toList();
        for (int i = 0; i < settings.starts(); i++) {
            final StringBuilder line = new StringBuilder();
            for (int n = 0; n < peers.length; n++) {
                final int k = i % 2 == 0 ? n : peers.length - 1 - n;
                final Peer peer = peers[k];
                final Sample sample = settings.start(() -> start(settings, peer));
                samples.get(k).add(sample);
                line.append("  %s %s".formatted(peer.system(), sample));
            }
            settings.say("%s %d/%d:%s %s", scenario, i + 1, settings.starts(), line, UNIT);
        }
        final List<Series> series = new ArrayList<>();
        for (int k = 0; k < peers.length; k++) {
            series.add(series(scenario, peers[k].system(), samples.get(k)));
        }
        return series;
    }

    private static List<Sample> none(Peer peer) {
        return new ArrayList<>();
    }

    private static Sample start(Settings settings, Peer peer)
            throws IOException, InterruptedException {
        final double before = Placement.nanos();
        final Sample sample;
        try (Forwarder forwarder = peer.start()) {
            settle(forwarder);
            sample = measure(forwarder, settings.interval());
        }
        if (!(sample.mpps > 0)) {
            throw new IOException(peer.system() + " forwards nothing");
        }
        return sample.at((before + Placement.nanos()) / 2);
    }

    /** Until two successive looks agree: caches are warm, and what compiles has compiled. */
    private static void settle(Forwarder forwarder) throws IOException, InterruptedException {
        double before = measure(forwarder, LOOK).mpps;
        for (int i = 0; i < LOOKS; i++) {
            final double now = measure(forwarder, LOOK).mpps;
            if (Math.abs(now - before) <= SETTLED * before) {
                return;
            }
            before = now;
        }
    }

    private static Sample measure(Forwarder forwarder, Duration interval)
            throws IOException, InterruptedException {
        final ThreadClock clock = forwarder.clock();
        final Optional<Sender> sender = forwarder.sender();
        final Optional<Sender.Reading> offered = read(sender);
        final long packets = forwarder.packets();
        final ThreadClock.Reading before = clock.read();
        Thread.sleep(interval);
        final long frames = forwarder.packets() - packets;
        final ThreadClock.Reading after = clock.read();
        final double ran = (double) after.ran() - before.ran();
        final Optional<Sender.Reading> then = read(sender);
        return new Sample(
                frames * 1e3 / ran,
                ThreadClock.Reading.waited(before, after),
                offered.map(o -> Offer.between(o, then.orElseThrow(), frames)),
                Double.NaN);
    }

    private static Optional<Sender.Reading> read(Optional<Sender> sender)
            throws IOException, InterruptedException {
        return sender.isEmpty() ? Optional.empty() : Optional.of(sender.get().read());
    }

    private static Series series(String scenario, String system, List<Sample> samples) {
        final boolean twoCpus = samples.stream().allMatch(s -> s.offer.isPresent());
        return new Series(
                scenario,
                system,
                METRIC,
                UNIT,
                samples.stream().map(Sample::mpps).toList(),
                twoCpus ? samples.stream().map(Sample::placement).toList() : List.of(),
                bottleneck(samples));
    }

    /** With a sender: each of the two with the number of starts in which it was. */
    private static String bottleneck(List<Sample> samples) {
        final List<Offer> offers = samples.stream().flatMap(s -> s.offer.stream()).toList();
        final long idle = offers.stream().filter(Offer::isShort).count();
        final String core =
                waited("forwarding core", samples.stream().map(Sample::waited).toList());
        if (offers.isEmpty()) {
            return core;
        }
        final String sender = waited("sender", offers.stream().map(Offer::waited).toList());
        return "%s (%d), %s (%d)".formatted(core, offers.size() - idle, sender, idle);
    }

    private static String waited(String who, List<Double> shares) {
        final double waited = Series.median(shares);
        return waited > WAITED
                ? "%s, which waited %.0f %% of the time for its CPU".formatted(who, 100 * waited)
                : who;
    }
}
