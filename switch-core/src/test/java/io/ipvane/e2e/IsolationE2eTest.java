// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Frames;
import io.ipvane.testing.NetSocket;
import io.ipvane.testing.Netns;
import io.ipvane.testing.Planes;
import io.ipvane.testing.Planes.Plane;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who reaches whom in every mode and flag, by real stacks (spec E.3, E.4), and who does not
 * although it tries: tags that pass the kernel's isolation (F25), and addresses that are somebody
 * else's.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationE2eTest {
    private static final String GROUP = "239.1.2.3";

    private static final String LISTEN =
            """
            import socket, struct, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(('', 7000))
            s.setsockopt(0, 35, struct.pack('4s4s', socket.inet_aton(sys.argv[1]), socket.inet_aton(sys.argv[2])))
            s.settimeout(6)
            print(s.recv(100).decode())
            """;

    private static final String SAY =
            """
            import socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(0, 32, socket.inet_aton(sys.argv[2]))
            for i in range(3): s.sendto(b'hello', (sys.argv[1], 7000))
            """;

    private Planes planes;

    @BeforeAll
    void start() {
        planes = Planes.start(1500, "improved");
    }

    @AfterAll
    void stop() {
        try (Planes ended = planes) {
            ended.daemon().stop();
            assertTrue(ended.daemon().log().contains("event=pool_balanced"));
        }
    }

    private Netns net() {
        return planes.net();
    }

    private Plane plane(String mode, String flag) {
        return planes.all().stream()
                .filter(p -> p.mode().equals(mode) && p.flag().equals(flag))
                .findFirst()
                .orElseThrow();
    }

    private Result ping(Plane plane, String from, String address, String... options) {
        final List<String> words =
                new ArrayList<>(List.of("ping", "-n", "-c", "2", "-i", "0.3", "-W", "1", address));
        words.addAll(Arrays.asList(options));
        return net().exec(plane.label(from), words.toArray(new String[0]));
    }

    /** E.3, as this switch has it: the host port is reached both ways (F3). */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "l2, bridge,  c1>wire wire>c1 c1>c2 c1>master master>c1",
        "l2, private, c1>wire wire>c1 c1>master master>c1",
        "l2, vepa,    c1>wire wire>c1",
        "l3, bridge,  c1>wire wire>c1 c1>c2 c1>master master>c1",
        "l3, private, c1>wire wire>c1 c1>master master>c1",
        "l3, vepa,    c1>wire wire>c1 c1>master master>c1"
    })
    void shouldReachWhomTheFlagAllows(String mode, String flag, String expected) {
        final Plane plane = plane(mode, flag);
        for (boolean ipv4 : List.of(true, false)) {
            final List<CompletableFuture<String>> tries = new ArrayList<>();
            for (String path : List.of("c1>wire", "wire>c1", "c1>c2", "c1>master", "master>c1")) {
                final String[] ends = path.split(">", -1);
                tries.add(
                        CompletableFuture.supplyAsync(
                                () ->
                                        ping(plane, ends[0], address(ends[1], ipv4)).ok()
                                                ? path
                                                : ""));
            }
            final String reached =
                    String.join(" ", tries.stream().map(CompletableFuture::join).toList());
            assertEquals(expected, reached.replaceAll(" +", " ").strip(), ipv4 ? "IPv4" : "IPv6");
        }
    }

    private static String address(String who, boolean ipv4) {
        return switch (who) {
            case "wire" -> ipv4 ? Frames.X4 : Frames.X6;
            case "master" -> ipv4 ? Frames.HOST4 : Frames.HOST6;
            case "c1" -> ipv4 ? Frames.C1_4 : Frames.C1_6;
            default -> ipv4 ? Frames.C2_4 : Frames.C2_6;
        };
    }

    /** A group joined in c2's stack: in which modes and flags it hears c1, and X. */
    @ParameterizedTest(name = "from {0}")
    @CsvSource({"c1, l2 bridge;l2 vepa", "wire, l2 bridge;l2 private;l2 vepa"})
    void shouldCarryMulticastToWhoHasJoined(String from, String expected)
            throws InterruptedException {
        final Map<String, CompletableFuture<Result>> listeners = new LinkedHashMap<>();
        for (Plane plane : planes.all()) {
            listeners.put(
                    plane.mode() + " " + plane.flag(),
                    CompletableFuture.supplyAsync(
                            () -> listen(plane), task -> new Thread(task).start()));
        }
        Thread.sleep(2_500); // they join, and the switch looks once a second
        for (Plane plane : planes.all()) {
            final String source = from.equals("c1") ? Frames.C1_4 : Frames.X4;
            net().exec(plane.label(from), "python3", "-c", SAY, GROUP, source).orFail();
        }
        final List<String> heard = new ArrayList<>();
        listeners.forEach(
                (where, listener) -> {
                    if (listener.join().output().contains("hello")) {
                        heard.add(where);
                    }
                });
        assertEquals(expected, String.join(";", heard));
    }

    private Result listen(Plane plane) {
        return net().exec(plane.label("c2"), "python3", "-c", LISTEN, GROUP, Frames.C2_4);
    }

    /** F25: a tag does not carry a frame past the flag. */
    static Stream<byte[]> frames() {
        return Stream.of(
                udp("isolated").build(),
                udp("isolated").tag(0).build(),
                udp("isolated").tag(5).build(),
                udp("isolated").tag(0x88A8, 0).build(),
                udp("isolated").tag(0x88A8, 5).build(),
                udp("isolated").tag(0).tag(0).build(),
                udp("isolated").macs(Frames.BROADCAST, Frames.OWN).tag(0).build());
    }

    private static Frames udp(String payload) {
        return Frames.udp4()
                .macs(Frames.OWN, Frames.OWN)
                .ips(Frames.C1_4, Frames.C2_4)
                .payload(payload.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void shouldIsolatePrivatePortsWhateverTheTags(byte[] frame) throws InterruptedException {
        for (String mode : List.of("l2", "l3")) {
            assertFalse(seen(plane(mode, "private"), frame).contains("c2"), mode);
            assertFalse(seen(plane(mode, "private"), frame).contains("c3"), mode);
        }
    }

    /** The control of the test above: what may be delivered is, so the frames are good ones. */
    @Test
    void shouldDeliverTheSameFramesUnderBridge() throws InterruptedException {
        final Plane bridge = plane("l2", "bridge");
        int delivered = 0;
        for (byte[] frame : frames().toList()) {
            delivered += seen(bridge, frame).contains("c2") ? 1 : 0;
        }
        assertEquals(5, delivered, "all but two with VLAN 5");
    }

    private List<String> seen(Plane plane, byte[] frame) throws InterruptedException {
        plane.packets().values().forEach(NetSocket::received);
        assertEquals(0, plane.packets().get("c1").send(frame), "errno");
        Thread.sleep(100);
        final List<String> who = new ArrayList<>();
        plane.packets()
                .forEach(
                        (name, socket) -> {
                            if (socket.received().stream()
                                    .anyMatch(s -> contains(s.bytes(), "isolated"))) {
                                who.add(name);
                            }
                        });
        return who;
    }

    private static boolean contains(byte[] frame, String text) {
        return new String(frame, StandardCharsets.ISO_8859_1).contains(text);
    }

    /** E.4: a port that is down gives its addresses back to nobody, and has them again when up. */
    @ParameterizedTest
    @CsvSource({"l2", "l3"})
    void shouldLoseItsAddressesWhileAPortIsDown(String mode) {
        final Plane plane = plane(mode, "bridge");
        ping(plane, "wire", Frames.C2_4).orFail();
        ping(plane, "wire", Frames.C2_6).orFail();
        net().ip(plane.label("c2"), "link", "set", "dev", "c2", "down");
        Eventually.holds("silent", () -> !ping(plane, "wire", Frames.C2_4).ok());
        assertFalse(ping(plane, "c1", Frames.C2_4).ok());
        ping(plane, "wire", Frames.C1_4).orFail();
        net().ip(plane.label("c2"), "link", "set", "dev", "c2", "up");
        Eventually.holds("back", () -> ping(plane, "wire", Frames.C2_4).ok());
        Eventually.holds("back", () -> ping(plane, "wire", Frames.C2_6).ok());
        ping(plane, "c1", Frames.C2_4).orFail();
    }

    /** ADR-2: the second to claim an address neither hears for it nor speaks by it. */
    @ParameterizedTest
    @CsvSource({"l2", "l3"})
    void shouldLeaveADuplicateAddressToItsOwner(String mode) {
        final Plane plane = plane(mode, "bridge");
        net().address(plane.label("c3"), "c3", Frames.C1_4 + "/24");
        Eventually.holds(
                "reported",
                () ->
                        planes.daemon()
                                .get("/v1/ports/" + plane.label("c3") + "/addresses")
                                .body()
                                .contains("duplicate"));
        final long before = drops(plane, "c3", "antispoof");
        assertFalse(ping(plane, "c3", Frames.X4, "-I", Frames.C1_4).ok());
        assertTrue(drops(plane, "c3", "antispoof") > before);
        ping(plane, "wire", Frames.C1_4).orFail();
        ping(plane, "c1", Frames.X4).orFail();
        net().ip(plane.label("c3"), "address", "del", Frames.C1_4 + "/24", "dev", "c3");
    }

    /** c2 says that the gateway and a sibling are itself; their caches must not believe it. */
    @Test
    void shouldKeepNeighboursFromBeingPoisoned() throws InterruptedException {
        final Plane plane = plane("l2", "bridge");
        ping(plane, "c1", Frames.X4).orFail();
        ping(plane, "c1", Frames.X6).orFail();
        ping(plane, "wire", Frames.C1_4).orFail();
        final long before = drops(plane, "c2", "antispoof");
        final List<byte[]> lies =
                List.of(
                        Frames.arpReply(Frames.C1_4)
                                .macs(Frames.OWN, Frames.OWN)
                                .ips(Frames.X4, Frames.C1_4)
                                .build(),
                        Frames.arp(2)
                                .macs(Frames.BROADCAST, Frames.OTHER)
                                .ips(Frames.X4, Frames.X4)
                                .build(),
                        Frames.arpReply(Frames.X4)
                                .macs(Frames.X, Frames.OTHER)
                                .ips(Frames.C1_4, Frames.X4)
                                .build(),
                        Frames.advertisement(Frames.X6)
                                .macs(Frames.OWN, Frames.OWN)
                                .ips(Frames.C2_6, Frames.C1_6)
                                .build(),
                        Frames.advertisement(Frames.X6)
                                .macs(0x3333_0000_0001L, Frames.OWN)
                                .ips(Frames.C2_6, "ff02::1")
                                .build());
        for (byte[] lie : lies) {
            assertEquals(0, plane.packets().get("c2").send(lie), "errno");
        }
        Thread.sleep(300);
        assertEquals(before + lies.size(), drops(plane, "c2", "antispoof"));
        assertTrue(neighbour(plane, "c1", Frames.X4).contains("02:00:00:00:00:fe"));
        assertTrue(neighbour(plane, "c1", Frames.X6).contains("02:00:00:00:00:fe"));
        assertTrue(neighbour(plane, "wire", Frames.C1_4).contains("02:00:00:00:00:01"));
        ping(plane, "c1", Frames.X4).orFail();
    }

    private String neighbour(Plane plane, String at, String address) {
        return net().ip(plane.label(at), "neighbour", "show", address);
    }

    private long drops(Plane plane, String port, String reason) {
        for (JsonNode row : planes.stats()) {
            if (row.get("name").asText().equals(plane.label(port))) {
                return row.at("/drops/" + reason).asLong(0);
            }
        }
        throw new AssertionError("no port " + plane.label(port));
    }
}
