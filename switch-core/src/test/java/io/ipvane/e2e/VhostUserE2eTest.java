// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static io.ipvane.e2e.SwitchNetwork.SWITCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.e2e.ScriptedPeer.Protocol;
import io.ipvane.e2e.ScriptedPeer.Who;
import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Machine;
import io.ipvane.testing.Testpmd;
import io.ipvane.testing.Testpmd.Counters;
import io.ipvane.testing.Testpmd.Peer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs with a virtio device on vhost-user ports: how they find the switch, what they exchange,
 * and how both sides come back when one of them has gone without a word.
 */
@Tag("e2e")
final class VhostUserE2eTest {
    private static final Setup PLAIN = new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET);

    private static final String MAC_1 = "52:54:00:00:00:21";
    private static final String MAC_2 = "52:54:00:00:00:22";
    private static final String ADDRESS_1 = "10.0.0.21";
    private static final String ADDRESS_2 = "10.0.0.22";

    /** What is promised after one side has gone and come back. */
    private static final double BACK_SECONDS = 2;

    private static final Pattern MAC = Pattern.compile("link/ether (\\S+)");
    private static final Pattern FEATURES = Pattern.compile("features 0x([0-9a-f]+)");
    private static final long MERGEABLE = 1 << 15;
    private static final Pattern UP_AFTER = Pattern.compile("up after ([\\d.]+) s");

    @TempDir private Path folder;

    @BeforeEach
    void needs() {
        Machine.needsProgram("python3");
        Machine.needsProgram("dpdk-testpmd");
    }

    private Path socket(String name) {
        return folder.resolve(name);
    }

    private String port(String name, String role, int queues, String address) {
        return """
          - { name: %s, uplink: wan0, type: vhost-user, socket: %s, role: %s, queues: %d, addresses: ["%s/24"] }
        """
                .formatted(name, socket(name), role, queues, address);
    }

    private static String role(boolean peerListens) {
        return peerListens ? "client" : "server";
    }

    private Who guest(boolean listens) {
        return new Who(Protocol.VHOST_USER, socket("vm1"), listens, MAC_1, ADDRESS_1, "10.0.0.11");
    }

    /** One echo at least of three, which a neighbour that has to be found first may take away. */
    private static void answers(SwitchNetwork network, String from, String address) {
        Eventually.holds(
                address + " answers " + from,
                () -> network.net().exec(from, "ping", "-c", "1", "-W", "1", address).ok());
    }

    @ParameterizedTest(name = "peer listens {0}, queues {1}, hugepages {2}")
    @CsvSource({
        "true, 1, false",
        "true, 1, true",
        "true, 2, false",
        "true, 2, true",
        "false, 1, false",
        "false, 2, true"
    })
    void shouldExchangeFrames(boolean listens, int queues, boolean hugepages) {
        try (SwitchNetwork network =
                        SwitchNetwork.start(
                                PLAIN, "l2", port("vm1", role(listens), queues, ADDRESS_1));
                Testpmd peer =
                        Testpmd.start(
                                Peer.of(socket("vm1"), "icmpecho", MAC_1)
                                        .listening(listens)
                                        .withQueues(queues)
                                        .withHugepages(hugepages))) {
            peer.awaitForwarding();
            answers(network, BLUE, ADDRESS_1);
            answers(network, OUTSIDE, ADDRESS_1);
            final Result many =
                    network.net().exec(BLUE, "ping", "-q", "-i", "0.01", "-c", "200", ADDRESS_1);
            assertTrue(many.output().contains(" 0% packet loss"), many::toString);
            final Counters counters = peer.stop();
            assertTrue(counters.received() >= 200, counters::toString);
            assertTrue(counters.sent() >= 200, counters::toString);
            network.daemon().stop();
        }
    }

    @ParameterizedTest(name = "mode {0}")
    @CsvSource({"io", "mac", "5tswap"})
    void shouldCarryWhatOtherForwardModesReturn(String mode) {
        try (SwitchNetwork network =
                        SwitchNetwork.start(PLAIN, "l2", port("vm1", "client", 1, ADDRESS_1));
                Testpmd peer = Testpmd.start(Peer.of(socket("vm1"), mode, MAC_1))) {
            peer.awaitForwarding();
            // Nobody answers for the address; frames reach it nevertheless.
            network.net()
                    .ip(
                            BLUE,
                            "neigh",
                            "replace",
                            ADDRESS_1,
                            "lladdr",
                            uplinkMac(network),
                            "dev",
                            "eth0");
            Eventually.holds(
                    "frames come back to the switch",
                    () -> {
                        network.net()
                                .exec(
                                        BLUE, "ping", "-c", "5", "-i", "0.01", "-W", "0.2",
                                        ADDRESS_1);
                        return peer.counters().sent() >= 5;
                    });
            network.daemon().stop();
        }
    }

    private static String uplinkMac(SwitchNetwork network) {
        final Matcher mac = MAC.matcher(network.net().ip(SWITCH, "link", "show", "dev", "up0"));
        assertTrue(mac.find(), "up0 has a MAC");
        return mac.group(1);
    }

    @ParameterizedTest(name = "queues {0}")
    @CsvSource({"1", "2"})
    void shouldCarryAStreamFromOneProgramToAnother(int queues) {
        try (SwitchNetwork network =
                        SwitchNetwork.start(
                                PLAIN,
                                "l2",
                                port("vm1", "client", queues, ADDRESS_1)
                                        + port("vm2", "client", queues, ADDRESS_2));
                Testpmd to =
                        Testpmd.start(Peer.of(socket("vm2"), "rxonly", MAC_2).withQueues(queues))) {
            to.awaitForwarding();
            try (Testpmd from =
                    Testpmd.start(
                            Peer.of(
                                            socket("vm1"),
                                            "txonly",
                                            MAC_1,
                                            "--tx-ip=" + ADDRESS_1 + "," + ADDRESS_2,
                                            "--eth-peer=0," + uplinkMac(network))
                                    .withQueues(queues))) {
                from.awaitForwarding();
                Eventually.holds("a stream", () -> to.counters().received() > 10_000);
                final Counters sent = from.stop();
                final Counters received = to.stop();
                assertTrue(
                        received.received() <= sent.sent(),
                        () -> "more came than was sent: " + sent + " " + received);
            }
            network.daemon().stop();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldOfferMergeableBuffersAsConfigured(boolean mergeable) {
        final String port =
                port("vm1", "server", 1, ADDRESS_1)
                        .replace("queues:", "mergeable: " + mergeable + ", queues:");
        try (SwitchNetwork network = SwitchNetwork.start(PLAIN, "l2", port)) {
            final Result result = ScriptedPeer.ping(guest(false)).orFail();
            final Matcher features = FEATURES.matcher(result.output());
            assertTrue(features.find(), result::toString);
            final long agreed = Long.parseLong(features.group(1), 16);
            assertEquals(mergeable, (agreed & MERGEABLE) != 0, result::toString);
            network.daemon().stop();
        }
    }

    /**
     * Drivers may set out to receive in whatever virtio allows, and send from it; Linux and DPDK
     * have the first.
     */
    @Test
    void shouldExchangeFramesInBuffersOfEveryShape() {
        final List<String> all =
                List.of(
                        "whole 0x150008803",
                        "chain 0x150008803",
                        "indirect 0x150008803",
                        "small 0x150008803",
                        "split 0x150008803",
                        "chain 0x150000803",
                        "indirect 0x150000803",
                        "whole 0x50000803",
                        "chain 0x50000803",
                        "small 0x170008803");
        final String port = port("vm1", "server", 1, ADDRESS_1);
        try (SwitchNetwork network = SwitchNetwork.start(PLAIN, "l2", port)) {
            for (String each : all) {
                final String[] words = each.split(" ", -1);
                final Result result =
                        ScriptedPeer.ping(
                                guest(false),
                                "--stay",
                                "1",
                                "--buffers",
                                words[0],
                                "--features",
                                words[1]);
                assertTrue(result.ok(), () -> each + ": " + result);
            }
            network.daemon().stop();
        }
    }

    @Test
    void shouldGoOnAfterTheProgramWasKilledAndStartedAgain() {
        try (SwitchNetwork network =
                SwitchNetwork.start(PLAIN, "l2", port("vm1", "client", 1, ADDRESS_1))) {
            final Peer peer = Peer.of(socket("vm1"), "icmpecho", MAC_1);
            for (int i = 0; i < 3; i++) {
                try (Testpmd run = Testpmd.start(peer)) {
                    run.awaitForwarding();
                    answers(network, BLUE, ADDRESS_1);
                    run.kill();
                }
                assertFalse(
                        network.net().exec(BLUE, "ping", "-c", "1", "-W", "1", ADDRESS_1).ok(),
                        "nobody is there to answer");
            }
            network.daemon().stop();
        }
    }

    /** Timed from the moment at which the other side can be met again. */
    @ParameterizedTest(name = "peer listens {0}")
    @CsvSource({"true", "false"})
    void shouldComeBackWithinTwoSecondsAfterTheGuestWasKilled(boolean listens) {
        try (SwitchNetwork network =
                SwitchNetwork.start(PLAIN, "l2", port("vm1", role(listens), 1, ADDRESS_1))) {
            ScriptedPeer.ping(guest(listens)).orFail();
            for (int i = 0; i < 5; i++) {
                try (ScriptedPeer killed =
                        ScriptedPeer.start(guest(listens), "ping", "--stay", "60")) {
                    assertTrue(killed.line().contains("up after"));
                }
                final Result back = ScriptedPeer.ping(guest(listens)).orFail();
                final Matcher after = UP_AFTER.matcher(back.output());
                assertTrue(after.find(), back::toString);
                assertTrue(Double.parseDouble(after.group(1)) < BACK_SECONDS, back::toString);
            }
            network.daemon().stop();
        }
    }

    @Test
    void shouldFindARunningProgramAfterItsOwnRestart() {
        try (SwitchNetwork network =
                        SwitchNetwork.start(PLAIN, "l2", port("vm1", "client", 1, ADDRESS_1));
                Testpmd peer = Testpmd.start(Peer.of(socket("vm1"), "icmpecho", MAC_1))) {
            peer.awaitForwarding();
            answers(network, BLUE, ADDRESS_1);
            network.daemon().kill();
            network.restart("l2");
            final long ready = System.nanoTime();
            answers(network, BLUE, ADDRESS_1);
            final Duration gap = Duration.ofNanos(System.nanoTime() - ready);
            System.out.println("traffic " + gap.toMillis() + " ms after the switch was ready");
            assertTrue(gap.toMillis() <= BACK_SECONDS * 1000 + 1000, gap::toString);
            network.daemon().stop();
            network.restart("l2");
            answers(network, BLUE, ADDRESS_1);
            assertTrue(peer.isAlive(), peer::log);
            network.daemon().stop();
        }
    }

    @Test
    void shouldTakeTheSocketOfAKilledRun() {
        try (SwitchNetwork network =
                SwitchNetwork.start(PLAIN, "l2", port("vm1", "server", 1, ADDRESS_1))) {
            ScriptedPeer.ping(guest(false)).orFail();
            network.daemon().kill();
            assertTrue(Files.exists(socket("vm1")), "a killed run leaves its socket");
            network.restart("l2");
            ScriptedPeer.ping(guest(false)).orFail();
            network.daemon().stop();
            assertFalse(Files.exists(socket("vm1")), "one that ends takes it along");
        }
    }

    /** A guest makes the switch set back its port while something else is at the path. */
    @Test
    void shouldComeBackWhenItsPathIsFreeAgain() throws IOException {
        try (SwitchNetwork network =
                SwitchNetwork.start(PLAIN, "l2", port("vm1", "server", 1, ADDRESS_1))) {
            Files.move(socket("vm1"), socket("moved"));
            Files.createDirectory(socket("vm1"));
            final Who bad =
                    new Who(
                            Protocol.VHOST_USER,
                            socket("moved"),
                            false,
                            MAC_1,
                            ADDRESS_1,
                            "10.0.0.11");
            try (ScriptedPeer peer =
                    ScriptedPeer.start(bad, "memory-file-truncated", "--stay", "5")) {
                assertEquals("committed", peer.line());
                Eventually.holds("the socket is lost", () -> logged(network, "vhost_lost") == 1);
            }
            Files.delete(socket("vm1"));
            Eventually.holds("the socket is back", () -> logged(network, "vhost_back") == 1);
            ScriptedPeer.ping(guest(false)).orFail();
            assertEquals(1, logged(network, "vhost_lost"), "it is spoken of once");
            network.daemon().stop();
        }
    }

    private static long logged(SwitchNetwork network, String event) {
        return network.daemon()
                .log()
                .lines()
                .filter(line -> line.contains("event=" + event + " port=vm1"))
                .count();
    }

    /**
     * Each is one sentence that names the path; the daemon ends with 1. For a folder that is
     * missing it waits ({@link ComingAndGoingE2eTest}).
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"a file is there", "somebody listens"})
    void shouldRefuseASocketThatItCannotMake(String what) throws IOException {
        final Path path = folder.resolve("vm1");
        if (what.startsWith("a file")) {
            Files.writeString(path, "not to be lost");
        }
        try (SwitchNetwork network = SwitchNetwork.prepare(PLAIN);
                ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            if (what.startsWith("somebody")) {
                other.bind(UnixDomainSocketAddress.of(path));
            }
            final String yaml =
                    network.yaml("l2")
                            + port("vm1", "server", 1, ADDRESS_1)
                                    .replace(socket("vm1") + ",", path + ",");
            final Result result = Daemon.refuse(network.net(), SWITCH, yaml);
            assertEquals(1, result.exit(), result::toString);
            assertTrue(result.output().contains(path.toString()), result::toString);
            assertFalse(result.output().contains("\tat "), result::toString);
        }
        if (what.startsWith("a file")) {
            assertEquals(List.of("not to be lost"), Files.readAllLines(path));
        }
    }
}
