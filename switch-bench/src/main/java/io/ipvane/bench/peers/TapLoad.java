// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the two hosts do to each other, and how it went. */
final class TapLoad {
    /** A figure and who kept it from being better. */
    record Result(double value, String bottleneck) {}

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern PPS = Pattern.compile("^pps (\\d+)");
    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");

    /** Below this share of what was sent somebody on the way lost the rest. */
    private static final double ALL = 0.98;

    private TapLoad() {}

    /** How a TCP stream went: Gbit/s received, and segments that had to be sent again. */
    record Stream(double gbits, long retransmits, String bottleneck) {}

    /** TCP from left to right, one stream; Gbit/s received. */
    static Result tcp(long pid, Duration interval) throws IOException, InterruptedException {
        final Stream stream = stream(pid, interval);
        return new Result(stream.gbits, stream.bottleneck);
    }

    /** The same, in more detail. */
    static Stream stream(long pid, Duration interval) throws IOException, InterruptedException {
        final String seconds = Long.toString(interval.toSeconds());
        try (Child server =
                Child.start(
                        "iperf3", words(TapNetwork.RIGHT, "iperf3", "-s", "-1", "--forceflush"))) {
            server.await(Pattern.compile("listening"), PATIENCE);
            try (Child client =
                    Child.start(
                            "iperf3",
                            words(
                                    TapNetwork.LEFT,
                                    "iperf3",
                                    "-J",
                                    "-O",
                                    "1",
                                    "-t",
                                    seconds,
                                    "-c",
                                    TapNetwork.RIGHT_ADDRESS))) {
                // The first second is slow start.
                Thread.sleep(1000);
                final CpuShare share = new CpuShare(pid);
                Thread.sleep(interval.minusMillis(200));
                final String bottleneck = share.bottleneck();
                final JsonNode end =
                        new ObjectMapper().readTree(client.output(PATIENCE)).path("end");
                return new Stream(
                        end.at("/sum_received/bits_per_second").asDouble() / 1e9,
                        end.at("/sum_sent/retransmits").asLong(),
                        bottleneck);
            }
        }
    }

    /** UDP of 18 bytes from left to right as fast as the sender can; Mpps received. */
    static Result udp(long pid, Duration interval) throws IOException, InterruptedException {
        final double seconds = interval.toMillis() / 1e3;
        try (Child receiver = end(TapNetwork.RIGHT, "count", seconds)) {
            receiver.await(Pattern.compile("listening"), PATIENCE);
            try (Child sender = end(TapNetwork.LEFT, "send", seconds + 1)) {
                // A JVM starts, then half a second passes uncounted.
                Thread.sleep(700);
                final CpuShare share = new CpuShare(pid);
                final double received = pps(receiver);
                final String bottleneck = share.bottleneck();
                return new Result(
                        received / 1e6, received > ALL * pps(sender) ? "sender" : bottleneck);
            }
        }
    }

    private static Child end(String namespace, String what, double seconds) throws IOException {
        return Child.start(
                what,
                JavaChild.command(
                        TapNetwork.enter(namespace),
                        UdpMain.class,
                        what,
                        TapNetwork.RIGHT_ADDRESS,
                        seconds));
    }

    private static double pps(Child child) throws IOException, InterruptedException {
        return Double.parseDouble(child.await(PPS, PATIENCE).group(1));
    }

    /** Ping from left to right; the median in microseconds. */
    static Result ping() throws IOException, InterruptedException {
        final String output =
                TapNetwork.inside(
                        TapNetwork.LEFT,
                        "ping",
                        "-n",
                        "-i",
                        "0.002",
                        "-c",
                        "1000",
                        TapNetwork.RIGHT_ADDRESS);
        final Matcher matcher = TIME.matcher(output);
        final List<Double> millis = matcher.results().map(r -> Double.valueOf(r.group(1))).toList();
        return new Result(1000 * Series.median(millis), "round trip");
    }

    private static List<String> words(String namespace, String... command) {
        final List<String> words = new ArrayList<>(TapNetwork.enter(namespace));
        words.addAll(List.of(command));
        return words;
    }
}
