// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Daemon.Reply;
import io.ipvane.testing.Netns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Namespaces, interfaces and uplinks that come, go and move while one switch runs. Each case leaves
 * the network as it found it.
 */
@Tag("e2e")
final class ComingAndGoingE2eTest {
    private static final String SWITCH = "switch";
    private static final String OUTSIDE = "outside";
    private static final String BLUE = "blue";
    private static final String GREEN = "green";
    private static final String LATER = "later";
    private static final String OTHER = "other";
    private static final String HOSTS = "hosts";

    private static Netns net;
    private static Daemon daemon;
    private static Path sockets;

    @BeforeAll
    static void start() throws IOException {
        net = Netns.of(SWITCH, OUTSIDE, BLUE, GREEN, OTHER);
        net.reserve(LATER);
        net.reserve(HOSTS);
        sockets = Files.createTempDirectory("ipvane-sockets-");
        cable("up0", "eth0");
        // The second uplink's interface, its host port's namespace, a port's namespace and the
        // folder of a socket are not there.
        daemon = Daemon.start(net, SWITCH, yaml());
    }

    private static String yaml() {
        return """
               eal: { hugepages: "off" }
               uplinks:
                 - { name: wan0, device: "af_packet:up0", host: { interface: ipvane0, addresses: ["10.0.0.1/24"] } }
                 - { name: wan1, device: "af_packet:up1", host: { interface: ipvane1, netns: %s, addresses: ["10.1.0.1/24"] } }
               ports:
                 - { name: blue, uplink: wan0, netns: %s, interface: eth0, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                 - { name: green, uplink: wan0, netns: %s, interface: eth0, addresses: ["10.0.0.12/24", "fd00::12/64"] }
                 - { name: later, uplink: wan0, netns: %s, interface: eth0, addresses: ["10.0.0.13/24"] }
                 - { name: vm, uplink: wan0, type: vhost-user, socket: %s/a/b/vm.sock, role: server }
                 - { name: app, uplink: wan0, type: memif, socket: %s/c/app.sock, role: client }
                 - { name: second, uplink: wan1, netns: %s, interface: eth1, addresses: ["10.1.0.11/24"] }
                 - { name: third, uplink: wan1, netns: %s, interface: eth1, addresses: ["10.1.0.12/24"] }
               """
                .formatted(
                        net.name(HOSTS),
                        net.name(BLUE),
                        net.name(GREEN),
                        net.name(LATER),
                        sockets,
                        sockets,
                        net.name(BLUE),
                        net.name(GREEN));
    }

    private static void cable(String uplink, String peer) {
        net.veth(SWITCH, uplink, OUTSIDE, peer);
        net.address(OUTSIDE, peer, (peer.equals("eth0") ? "10.0.0" : "10.1.0") + ".254/24");
    }

    @AfterAll
    static void stop() throws IOException {
        if (daemon != null) {
            daemon.stop();
            daemon.close();
        }
        if (net != null) {
            net.close();
        }
        if (sockets != null) {
            try (var files = Files.walk(sockets)) {
                files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
            }
        }
    }

    private static boolean pings(String from, String address) {
        return net.exec(from, "ping", "-n", "-c", "1", "-W", "1", address).ok();
    }

    private static void answers(String from, String address) {
        Eventually.holds(from + " reaches " + address, () -> pings(from, address));
    }

    private static String shown(String path) {
        return daemon.get("/v1/" + path).body();
    }

    private static void isShown(String path, String state, String reason) {
        Eventually.holds(
                path + " is " + state + ", " + reason,
                () ->
                        shown(path).contains("\"state\":\"" + state + "\"")
                                && shown(path).contains(reason));
    }

    private static boolean isActive(String port, String address) {
        return shown("addresses").contains("\"address\":\"" + address + "\",\"port\":\"" + port)
                && shown("addresses").contains(address);
    }

    @Test
    void shouldServeOthersWhileAPortWaitsForItsNamespaceAndComeWithIt() {
        isShown("ports/later", "waiting", "ip netns add " + net.name(LATER));
        answers(OUTSIDE, "10.0.0.11");
        final Result table = daemon.cli("port", "show", "later");
        assertTrue(table.output().contains("waiting"), table.output());
        assertTrue(daemon.log().contains("event=port_waiting name=later"), daemon.log());

        for (int round = 0; round < 2; round++) {
            net.make(LATER);
            isShown("ports/later", "up", "");
            answers(OUTSIDE, "10.0.0.13");

            net.delete(LATER);
            isShown("ports/later", "waiting", "does not exist");
            assertFalse(pings(OUTSIDE, "10.0.0.13"));
        }
    }

    @Test
    void shouldFreeTheAddressesOfANamespaceThatWasDeleted() {
        net.make(LATER);
        answers(OUTSIDE, "10.0.0.13");
        net.delete(LATER);
        isShown("ports/later", "waiting", "does not exist");

        net.ip(GREEN, "address", "add", "10.0.0.13/24", "dev", "eth0");
        answers(OUTSIDE, "10.0.0.13");
        net.ip(GREEN, "address", "del", "10.0.0.13/24", "dev", "eth0");
    }

    @Test
    void shouldGoOnInANamespaceThatAProcessKeepsAndComeInTheNextOfItsName() throws Exception {
        net.make(LATER);
        answers(OUTSIDE, "10.0.0.13");
        final Process inside = net.background(LATER, "sleep", "600");
        Eventually.holds(
                "the process is in the namespace",
                () ->
                        net.exec(LATER, "ip", "netns", "pids", net.name(LATER)).output().length()
                                > 1);
        net.delete(LATER);

        Thread.sleep(1500);
        assertTrue(pings(OUTSIDE, "10.0.0.13"), "a process is still in there");

        net.make(LATER);
        Eventually.holds("a new interface", () -> net.hasDevice(LATER, "eth0"));
        answers(OUTSIDE, "10.0.0.13");
        inside.destroyForcibly().waitFor();
        net.delete(LATER);
        isShown("ports/later", "waiting", "does not exist");
    }

    @Test
    void shouldFollowAnInterfaceThatIsRenamedAndMovedAndComesBack() {
        final String before = linkLocal(BLUE, "eth0");
        net.ip(BLUE, "link", "set", "eth0", "down");
        net.ip(BLUE, "link", "set", "eth0", "name", "wan");
        net.ip(BLUE, "link", "set", "wan", "up");
        answers(OUTSIDE, "10.0.0.11");
        isShown("ports/blue", "up", "\"interface\":\"wan\"");

        net.ip(BLUE, "link", "set", "wan", "netns", net.name(OTHER), "name", "eth7");
        net.ip(OTHER, "link", "set", "eth7", "up");
        isShown("ports/blue", "up", "\"netns\":\"" + net.name(OTHER) + "\"");
        answers(OUTSIDE, "10.0.0.11");
        Eventually.holds("its link-local address", () -> before.equals(linkLocal(OTHER, "eth7")));
        net.ip(OTHER, "address", "add", "10.0.0.77/24", "dev", "eth7");
        answers(OUTSIDE, "10.0.0.77");

        net.ip(OTHER, "link", "set", "eth7", "netns", net.name(BLUE), "name", "eth0");
        net.ip(BLUE, "link", "set", "eth0", "up");
        isShown("ports/blue", "up", "\"netns\":\"" + net.name(BLUE) + "\"");
        answers(OUTSIDE, "10.0.0.11");
        Eventually.holds("its link-local address", () -> before.equals(linkLocal(BLUE, "eth0")));
        assertFalse(pings(OUTSIDE, "10.0.0.77"));
    }

    /** Its link-local addresses: one, and no other that the kernel made of the shared MAC. */
    private static String linkLocal(String label, String device) {
        return String.join(
                " ",
                net.ip(label, "-6", "-o", "address", "show", "dev", device, "scope", "link")
                        .lines()
                        .map(line -> line.replaceAll(".*inet6 (\\S+) .*", "$1"))
                        .toList());
    }

    @Test
    void shouldNotTakeAStrangerForItsInterfaceAndMakeItAnewWhenAsked() {
        net.ip(GREEN, "link", "del", "eth0");
        isShown("ports/green", "down", "its interface was deleted");
        net.ip(GREEN, "link", "add", "eth0", "type", "veth", "peer", "name", "far0");
        net.ip(GREEN, "address", "add", "10.0.0.50/24", "dev", "eth0");
        net.ip(GREEN, "link", "set", "eth0", "up");
        assertFalse(isActive("green", "10.0.0.50/24"));

        final Reply taken = daemon.send("PATCH", "/v1/ports/green", "{\"mtu\":1400}", MERGE);
        assertEquals(200, taken.status(), taken.body());
        isShown("ports/green", "waiting", "the name is taken");
        assertTrue(net.hasDevice(GREEN, "far0"), "the stranger is left alone");

        net.ip(GREEN, "link", "del", "eth0");
        final Reply again = daemon.send("PATCH", "/v1/ports/green", "{\"mtu\":null}", MERGE);
        assertEquals(200, again.status(), again.body());
        isShown("ports/green", "up", "\"mtu\":1500");
        answers(OUTSIDE, "10.0.0.12");
    }

    private static final String MERGE = "Content-Type: application/merge-patch+json";

    @Test
    void shouldMakeAnewWhatWasDeletedWhenTheSameConfigurationIsApplied() throws Exception {
        net.ip(GREEN, "link", "del", "eth0");
        isShown("ports/green", "down", "ipvane config apply");
        final Path file = Files.createTempFile("ipvane-", ".yaml");
        try {
            Files.writeString(
                    file, yaml() + "admin: { listen: [\"unix:" + daemon.socket() + "\"] }\n");
            final Result applied = daemon.cli("config", "apply", file.toString());
            assertTrue(applied.ok(), applied.output());
            assertTrue(applied.output().contains("waiting: port 'later'"), applied.output());
        } finally {
            Files.delete(file);
        }
        isShown("ports/green", "up", "");
        answers(OUTSIDE, "10.0.0.12");
    }

    @Test
    void shouldRefuseARequestForWhatIsMissingUnlessItAsksToWait() {
        final String body =
                "{\"uplink\":\"wan0\",\"netns\":\"%s\",\"interface\":\"eth9\",\"addresses\":[\"10.0.0.19/24\"]}"
                        .formatted(net.name(LATER));
        final Reply refused = daemon.send("PUT", "/v1/ports/extra", body);
        assertTrue(refused.status() >= 400, refused.body());
        assertTrue(refused.body().contains("ip netns add"), refused.body());

        final Reply waiting = daemon.send("PUT", "/v1/ports/extra?wait=true", body);
        assertEquals(201, waiting.status(), waiting.body());
        assertTrue(waiting.body().contains("\"state\":\"waiting\""), waiting.body());
        assertEquals(200, daemon.get("/v1/ports/extra/stats").status());

        final String[] words = {
            "port", "add", "more", "uplink", "wan0", "netns", net.name(LATER), "interface", "eth8"
        };
        assertFalse(daemon.cli(words).ok());
        final String[] patient = java.util.Arrays.copyOf(words, words.length + 1);
        patient[words.length] = "wait";
        daemon.cli(patient).orFail();
        isShown("ports/more", "waiting", "does not exist");

        net.make(LATER);
        isShown("ports/extra", "up", "");
        isShown("ports/more", "up", "");
        assertTrue(net.hasDevice(LATER, "eth9"));
        net.delete(LATER);
        isShown("ports/extra", "waiting", "does not exist");
        assertEquals(204, daemon.send("DELETE", "/v1/ports/extra", "").status());
        daemon.cli("port", "del", "more").orFail();
        assertEquals(404, daemon.get("/v1/ports/more").status());
    }

    @Test
    void shouldWaitForTheFoldersOfSockets() throws IOException {
        isShown("ports/vm", "waiting", sockets + "/a is no folder");
        isShown("ports/app", "waiting", sockets + "/c is no folder");
        Files.createDirectories(sockets.resolve("a"));
        Files.createDirectories(sockets.resolve("c"));
        isShown("ports/vm", "down", "nobody is connected");
        isShown("ports/app", "down", "nobody is connected");
        assertTrue(Files.exists(sockets.resolve("a/b/vm.sock")));
    }

    @Test
    void shouldTakeOverAndServeAnUplinkThatComesLateAndOneThatWasMadeAgain() {
        isShown("uplinks/wan1", "waiting", "interface 'up1' does not exist");
        isShown("ports/second", "down", "uplink 'wan1' has no link");
        cable("up1", "eth1");
        isShown("uplinks/wan1", "up", "host port 'ipvane1'");
        answers(OUTSIDE, "10.1.0.11");
        net.make(HOSTS);
        answers(OUTSIDE, "10.1.0.1");

        for (int round = 0; round < 2; round++) {
            net.ip(SWITCH, "link", "del", "up1");
            isShown("uplinks/wan1", "waiting", "interface 'up1' does not exist");
            isShown("ports/second", "down", "uplink 'wan1' has no link");
            cable("up1", "eth1");
            isShown("uplinks/wan1", "up", "");
            answers(OUTSIDE, "10.1.0.11");
            answers(OUTSIDE, "10.1.0.1");
        }
        // Deleted and made again before anybody can look.
        net.exec(
                        SWITCH,
                        "sh",
                        "-c",
                        "ip link del up1; ip link add up1 type veth peer name eth1 netns "
                                + net.name(OUTSIDE)
                                + "; ip link set up1 up")
                .orFail();
        net.ip(OUTSIDE, "link", "set", "eth1", "up");
        net.address(OUTSIDE, "eth1", "10.1.0.254/24");
        answers(OUTSIDE, "10.1.0.11");
        net.delete(HOSTS);
        isShown("uplinks/wan1", "up", "host port 'ipvane1'");
        net.ip(SWITCH, "link", "del", "up1");
        isShown("uplinks/wan1", "waiting", "does not exist");
    }
}
