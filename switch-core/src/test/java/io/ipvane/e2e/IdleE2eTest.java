// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Daemon;
import io.ipvane.testing.Netns;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many ports that say nothing, and what they cost; and one of them that speaks after a while. */
@Tag("e2e")
final class IdleE2eTest {
    private static final String SWITCH = "switch";
    private static final String OUTSIDE = "outside";
    private static final String MANY = "many";
    private static final String BLUE = "blue";
    private static final String GREEN = "green";

    /** Beside blue and green. */
    private static final int PORTS = 148;

    /** Of a CPU, as the documents say. */
    private static final double MOST = 0.10;

    /** How long is looked; and how often at most, as a JVM compiles for a while after its start. */
    private static final int SECONDS = 4;

    private static final int LOOKS = 8;

    /** Round trips after a second of silence; ping's own time and a busy machine included. */
    private static final double MEDIAN_MILLIS = 20;

    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");

    @ParameterizedTest
    @ValueSource(strings = {"af_packet:up0", "tap:up0"})
    void shouldCostNextToNothingAndAnswerAtOnce(String uplink) throws InterruptedException {
        try (Netns net = Netns.of(SWITCH, OUTSIDE, MANY, BLUE, GREEN)) {
            quiet(net);
            if (!uplink.startsWith("tap:")) {
                net.veth(SWITCH, "up0", OUTSIDE, "eth0");
                net.address(OUTSIDE, "eth0", "10.0.0.254/16");
            }
            try (Daemon daemon = Daemon.start(net, SWITCH, yaml(net, uplink))) {
                if (uplink.startsWith("tap:")) {
                    outside(net);
                }
                assertEquals(PORTS, net.ip(MANY, "-o", "link", "show", "up").lines().count() - 1);
                costsNextToNothing(daemon);
                answersAtOnce(net, "10.0.0.12");
                answersAtOnce(net, "10.0.0.254");
                daemon.stop();
            }
        }
    }

    /** Kernels that speak IPv6 say something now and then. */
    private static void quiet(Netns net) {
        for (String label : List.of(SWITCH, OUTSIDE, MANY, BLUE, GREEN)) {
            net.exec(label, "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1").orFail();
            net.exec(label, "sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1").orFail();
        }
    }

    /** Takes the cable that the switch has made outside. */
    private static void outside(Netns net) {
        net.ip(SWITCH, "link", "set", "dev", "up0", "netns", net.name(OUTSIDE), "name", "eth0");
        net.ip(OUTSIDE, "link", "set", "dev", "eth0", "up");
        net.address(OUTSIDE, "eth0", "10.0.0.254/16");
    }

    private static String yaml(Netns net, String uplink) {
        return """
               eal: { hugepages: "off" }
               uplinks:
                 - name: wan0
                   device: "%s"
                   host: { interface: ipvane0, addresses: ["10.0.0.1/16"] }
               ports:
                 - { name: blue, uplink: wan0, type: tap, netns: %s, interface: eth0, addresses: ["10.0.0.11/16"] }
                 - { name: green, uplink: wan0, type: tap, netns: %s, interface: eth0, addresses: ["10.0.0.12/16"] }
               """
                        .formatted(uplink, net.name(BLUE), net.name(GREEN))
                + IntStream.range(0, PORTS)
                        .mapToObj(i -> port(net.name(MANY), i))
                        .collect(Collectors.joining());
    }

    private static String port(String netns, int i) {
        return String.format(
                Locale.ROOT,
                "  - { name: p%d, uplink: wan0, type: tap, netns: %s, interface: e%d, addresses: [\"10.0.1.%d/32\"] }%n",
                i,
                netns,
                i,
                i + 1);
    }

    private static void costsNextToNothing(Daemon daemon) {
        double load = load(daemon);
        for (int looks = 1; load > MOST && looks < LOOKS; looks++) {
            load = load(daemon);
        }
        assertTrue(load <= MOST, "of a CPU: " + load);
    }

    private static double load(Daemon daemon) {
        final double before = daemon.cpuSeconds();
        final long begun = System.nanoTime();
        try {
            TimeUnit.SECONDS.sleep(SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return (daemon.cpuSeconds() - before) / ((System.nanoTime() - begun) / 1e9);
    }

    /** Each of these comes when the lcore has slept for a second. */
    private static void answersAtOnce(Netns net, String address) {
        final String said =
                net.exec(BLUE, "ping", "-n", "-c", "6", "-i", "1", "-W", "2", address)
                        .orFail()
                        .output();
        final List<Double> times =
                TIME.matcher(said)
                        .results()
                        .map(found -> Double.parseDouble(found.group(1)))
                        .sorted()
                        .toList();
        assertTrue(times.get(times.size() / 2) <= MEDIAN_MILLIS, said);
    }
}
