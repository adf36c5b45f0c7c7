// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    private record Sample(double mpps, double waited) {}

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
                line.append("  %s %.2f".formatted(peer.system(), sample.mpps));
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
        try (Forwarder forwarder = peer.start()) {
            settle(forwarder);
            final Sample sample = measure(forwarder, settings.interval());
            if (!(sample.mpps > 0)) {
                throw new IOException(peer.system() + " forwards nothing");
            }
            return sample;
        }
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
        final long packets = forwarder.packets();
        final ThreadClock.Reading before = clock.read();
        Thread.sleep(interval);
        final long frames = forwarder.packets() - packets;
        final ThreadClock.Reading after = clock.read();
        final double ran = (double) after.ran() - before.ran();
        final double waited = (double) after.waited() - before.waited();
        return new Sample(frames * 1e3 / ran, waited / (ran + waited));
    }

    private static Series series(String scenario, String system, List<Sample> samples) {
        final double waited = Series.median(samples.stream().map(Sample::waited).toList());
        return new Series(
                scenario,
                system,
                METRIC,
                UNIT,
                samples.stream().map(Sample::mpps).toList(),
                List.of(),
                waited > WAITED
                        ? "forwarding core, which waited %.0f %% of the time for its CPU"
                                .formatted(100 * waited)
                        : "forwarding core");
    }
}
