// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Daemon.Reply;
import io.ipvane.testing.Frames;
import io.ipvane.testing.NetSocket;
import io.ipvane.testing.Netns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The stress by which the kernel's ipvlan was shown to give one IPv6 address to two ports (spec
 * ADR-14, F9): 32 namespaces, in each 1,024 times an address of 172.25.0.16 to .47 or fc00::16 to
 * fc00::47 is added or deleted, all at once.
 */
@Tag("e2e")
final class AddressRaceE2eTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SWITCH = "switch";
    private static final String OUTSIDE = "outside";
    private static final int WRITERS = 32;
    private static final int CHANGES = 1024;

    /** In so many runs of {@code ip}, so that there is time to look while they run. */
    private static final int BATCHES = 16;

    private static String name(int writer) {
        return "w" + writer;
    }

    private static String address(SplittableRandom random) {
        final int last = random.nextInt(16, 48);
        return random.nextBoolean() ? "172.25.0." + last + "/24" : "fc00::" + last + "/64";
    }

    /** Lines for {@code ip -batch}; half of them are refused, as the address is there or is not. */
    private static List<String> batches(Path folder, int writer, long seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed + writer);
        final List<String> files = new ArrayList<>();
        for (int batch = 0; batch < BATCHES; batch++) {
            final StringBuilder lines = new StringBuilder();
            for (int i = 0; i < CHANGES / BATCHES; i++) {
                final String address = address(random);
                final boolean add = random.nextBoolean();
                lines.append(add ? "address add " : "address del ").append(address);
                lines.append(" dev eth0").append(add && address.contains(":") ? " nodad\n" : "\n");
            }
            final Path file = folder.resolve(name(writer) + "-" + batch);
            files.add(Files.writeString(file, lines).toString());
        }
        return files;
    }

    private static void write(Netns net, String label, List<String> batches) {
        batches.forEach(batch -> net.exec(label, "ip", "-force", "-batch", batch));
    }

    @Test
    void shouldNeverLetTwoPortsHaveOneAddress(@TempDir Path folder)
            throws IOException, InterruptedException {
        final long seed = System.nanoTime();
        final List<String> labels = new ArrayList<>(List.of(SWITCH, OUTSIDE));
        for (int w = 0; w < WRITERS; w++) {
            labels.add(name(w));
        }
        try (Netns net = Netns.of(labels.toArray(new String[0]))) {
            net.veth(SWITCH, "up0", OUTSIDE, "eth0");
            try (Daemon daemon = Daemon.start(net, SWITCH, yaml(net))) {
                race(net, daemon, folder, seed);
                Eventually.holds(
                        "claims are what the interfaces have, seed " + seed,
                        () -> claims(daemon).equals(held(net)));
                judge(addresses(daemon), seed);
                lookups(net, daemon, seed);
                daemon.stop();
            }
        }
    }

    private static String yaml(Netns net) {
        final StringBuilder yaml =
                new StringBuilder(
                        """
                        eal: { hugepages: "off" }
                        uplinks: [ { name: wan0, device: "af_packet:up0", mode: l2 } ]
                        ports:
                        """);
        for (int w = 0; w < WRITERS; w++) {
            yaml.append("  - { name: ").append(name(w)).append(", uplink: wan0, netns: ");
            yaml.append(net.name(name(w))).append(", interface: eth0 }\n");
        }
        return yaml.toString();
    }

    private static void race(Netns net, Daemon daemon, Path folder, long seed) throws IOException {
        final List<CompletableFuture<?>> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            final String label = name(w);
            final List<String> batches = batches(folder, w, seed);
            writers.add(
                    CompletableFuture.runAsync(
                            () -> write(net, label, batches), task -> new Thread(task).start()));
        }
        int looks = 0;
        while (!writers.stream().allMatch(CompletableFuture::isDone)) {
            final Reply reply = daemon.get("/v1/addresses");
            if (reply.status() == 200) {
                judge(reply.body(), seed);
                looks++;
            } else {
                // Too many changes wait for the conductor to be asked between them.
                assertEquals(503, reply.status(), reply::body);
            }
        }
        assertTrue(looks > 0, "nobody could look while they wrote");
    }

    /** No address is active twice. */
    private static void judge(String addresses, long seed) {
        final Map<String, List<String>> active = active(addresses);
        active.values().removeIf(ports -> ports.size() == 1);
        assertEquals(Map.of(), active, () -> "active at several ports, seed " + seed);
    }

    private static Map<String, List<String>> active(String addresses) {
        final Map<String, List<String>> active = new TreeMap<>();
        for (JsonNode row : read(addresses)) {
            if (row.get("state").asText().equals("active")) {
                active.computeIfAbsent(bare(row.get("address").asText()), a -> new ArrayList<>())
                        .add(row.get("port").asText());
            }
        }
        return active;
    }

    private static String bare(String address) {
        return address.substring(0, address.indexOf('/'));
    }

    private static String addresses(Daemon daemon) {
        return daemon.get("/v1/addresses").body();
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<String> claims(Daemon daemon) {
        final TreeSet<String> all = new TreeSet<>();
        for (JsonNode row : read(addresses(daemon))) {
            all.add(row.get("port").asText() + " " + row.get("address").asText());
        }
        return all;
    }

    private static Set<String> held(Netns net) {
        final TreeSet<String> all = new TreeSet<>();
        for (int w = 0; w < WRITERS; w++) {
            for (JsonNode link : read(net.ip(name(w), "-j", "address", "show", "dev", "eth0"))) {
                for (JsonNode one : link.get("addr_info")) {
                    all.add(
                            name(w)
                                    + " "
                                    + one.get("local").asText()
                                    + "/"
                                    + one.get("prefixlen").asInt());
                }
            }
        }
        return all;
    }

    /** A frame for an address reaches the port that has it by the book, and no other. */
    private static void lookups(Netns net, Daemon daemon, long seed) throws InterruptedException {
        final Map<String, NetSocket> ports = new HashMap<>();
        try {
            for (int w = 0; w < WRITERS; w++) {
                ports.put(name(w), NetSocket.packet(net, name(w), "eth0"));
            }
            try (NetSocket outside = NetSocket.packet(net, OUTSIDE, "eth0")) {
                final long own = mac(net);
                for (int last = 16; last < 48; last++) {
                    final String ipv4 = "172.25.0." + last;
                    final String ipv6 = "fc00::" + last;
                    outside.send(marked(Frames.udp4().ips("172.25.0.1", ipv4), own, ipv4));
                    outside.send(marked(Frames.udp6().ips("fc00::1", ipv6), own, ipv6));
                }
            }
            Thread.sleep(500);
            final Map<String, List<String>> found = new TreeMap<>();
            ports.forEach(
                    (name, socket) ->
                            socket.received().stream()
                                    .map(seen -> marker(seen.bytes()))
                                    .filter(m -> !m.isEmpty())
                                    .forEach(
                                            m ->
                                                    found.computeIfAbsent(m, k -> new ArrayList<>())
                                                            .add(name)));
            final Map<String, List<String>> active = active(addresses(daemon));
            active.keySet().removeIf(address -> address.startsWith("fe80"));
            assertEquals(active, found, () -> "seed " + seed);
        } finally {
            ports.values().forEach(NetSocket::close);
        }
    }

    private static byte[] marked(Frames frame, long own, String address) {
        return frame.macs(own, Frames.X)
                .payload(("to<" + address + ">").getBytes(StandardCharsets.US_ASCII))
                .build();
    }

    private static String marker(byte[] frame) {
        final String text = new String(frame, StandardCharsets.ISO_8859_1);
        final int from = text.indexOf("to<");
        // A stack that refuses a frame quotes it behind at least one more header.
        return from < 0 || from > 14 + 40 + 8
                ? ""
                : text.substring(from + 3, text.indexOf('>', from));
    }

    private static long mac(Netns net) {
        final String json = net.ip(SWITCH, "-j", "link", "show", "dev", "up0");
        return Long.parseLong(read(json).get(0).get("address").asText().replace(":", ""), 16);
    }
}
