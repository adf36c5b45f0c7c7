// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static io.ipvane.e2e.SwitchNetwork.SWITCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Machine;
import io.ipvane.testing.Testpmd;
import io.ipvane.testing.Testpmd.Counters;
import io.ipvane.testing.Testpmd.Driver;
import io.ipvane.testing.Testpmd.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs on memif ports, with DPDK's driver on the other side of the socket. */
@Tag("e2e")
final class MemifE2eTest {
    private static final Setup PLAIN = new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET);

    private static final String MAC_1 = "02:aa:00:00:00:21";
    private static final String MAC_2 = "02:aa:00:00:00:22";
    private static final String ADDRESS_1 = "10.0.0.21";
    private static final String ADDRESS_2 = "10.0.0.22";

    private static final Pattern MAC = Pattern.compile("link/ether (\\S+)");

    @TempDir private Path folder;

    @BeforeEach
    void needs() {
        Machine.needsProgram("dpdk-testpmd");
    }

    private Path socket(String name) {
        return folder.resolve(name);
    }

    private String port(String name, boolean peerListens, int queues, String address) {
        return """
          - { name: %s, uplink: wan0, type: memif, socket: %s, role: %s, queues: %d, addresses: ["%s/24"] }
        """
                .formatted(name, socket(name), peerListens ? "client" : "server", queues, address);
    }

    private Peer peer(String name, boolean listens, String mode, String mac, String... options) {
        return Peer.of(socket(name), mode, mac, options).by(Driver.MEMIF).listening(listens);
    }

    private static void answers(SwitchNetwork network, String from, String address) {
        Eventually.holds(
                address + " answers " + from,
                () -> network.net().exec(from, "ping", "-c", "1", "-W", "1", address).ok());
    }

    private static String uplinkMac(SwitchNetwork network) {
        final Matcher mac = MAC.matcher(network.net().ip(SWITCH, "link", "show", "dev", "up0"));
        assertTrue(mac.find(), "up0 has a MAC");
        return mac.group(1);
    }

    @ParameterizedTest(name = "peer listens {0}, queues {1}")
    @CsvSource({"true, 1", "true, 2", "false, 1", "false, 2"})
    void shouldExchangeFrames(boolean listens, int queues) {
        try (SwitchNetwork network =
                        SwitchNetwork.start(PLAIN, "l2", port("app1", listens, queues, ADDRESS_1));
                Testpmd peer =
                        Testpmd.start(
                                peer("app1", listens, "icmpecho", MAC_1).withQueues(queues))) {
            peer.awaitForwarding();
            answers(network, BLUE, ADDRESS_1);
            answers(network, OUTSIDE, ADDRESS_1);
            final Result many =
                    network.net().exec(BLUE, "ping", "-q", "-i", "0.01", "-c", "200", ADDRESS_1);
            assertTrue(many.output().contains(" 0% packet loss"), many::toString);
            final Result long1 =
                    network.net()
                            .exec(
                                    BLUE, "ping", "-q", "-i", "0.05", "-s", "1472", "-c", "3",
                                    ADDRESS_1);
            assertTrue(long1.output().contains(" 0% packet loss"), long1::toString);
            final Counters counters = peer.stop();
            assertTrue(counters.received() >= 200, counters::toString);
            assertTrue(counters.sent() >= 200, counters::toString);
            network.daemon().stop();
        }
    }

    @ParameterizedTest(name = "peer listens {0}, queues {1}")
    @CsvSource({"true, 1", "false, 2"})
    void shouldCarryAStreamFromOneProgramToAnother(boolean listens, int queues) {
        try (SwitchNetwork network =
                        SwitchNetwork.start(
                                PLAIN,
                                "l2",
                                port("app1", listens, queues, ADDRESS_1)
                                        + port("app2", listens, queues, ADDRESS_2));
                Testpmd to =
                        Testpmd.start(peer("app2", listens, "rxonly", MAC_2).withQueues(queues))) {
            to.awaitForwarding();
            try (Testpmd from =
                    Testpmd.start(
                            peer(
                                            "app1",
                                            listens,
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

    /** What ended the process with DPDK's own driver: lcores are in the memory that goes. */
    @ParameterizedTest(name = "peer listens {0}")
    @CsvSource({"true", "false"})
    void shouldGoOnAfterTheProgramWasKilledUnderLoad(boolean listens) {
        try (SwitchNetwork network =
                SwitchNetwork.start(
                        PLAIN,
                        "l2",
                        port("app1", listens, 1, ADDRESS_1)
                                + port("app2", listens, 1, ADDRESS_2))) {
            final String mac = uplinkMac(network);
            for (int i = 0; i < 3; i++) {
                try (Testpmd to = Testpmd.start(peer("app2", listens, "rxonly", MAC_2));
                        Testpmd from =
                                Testpmd.start(
                                        peer(
                                                "app1",
                                                listens,
                                                "txonly",
                                                MAC_1,
                                                "--tx-ip=" + ADDRESS_1 + "," + ADDRESS_2,
                                                "--eth-peer=0," + mac))) {
                    to.awaitForwarding();
                    Eventually.holds("a stream", () -> to.counters().received() > 10_000);
                    to.kill();
                    from.kill();
                }
            }
            try (Testpmd again = Testpmd.start(peer("app1", listens, "icmpecho", MAC_1))) {
                again.awaitForwarding();
                answers(network, BLUE, ADDRESS_1);
            }
            network.daemon().stop();
        }
    }

    /** The program owns the socket, as with VPP, and sees the switch come back. */
    @Test
    void shouldFindARunningProgramAfterItsOwnRestart() {
        try (SwitchNetwork network =
                        SwitchNetwork.start(PLAIN, "l2", port("app1", true, 1, ADDRESS_1));
                Testpmd peer = Testpmd.start(peer("app1", true, "icmpecho", MAC_1))) {
            peer.awaitForwarding();
            answers(network, BLUE, ADDRESS_1);
            network.daemon().kill();
            network.restart("l2");
            answers(network, BLUE, ADDRESS_1);
            assertTrue(peer.isAlive(), peer::log);
            network.daemon().stop();
        }
    }

    @Test
    void shouldTakeTheSocketOfAKilledRunAndRemoveItsOwn() {
        try (SwitchNetwork network =
                SwitchNetwork.start(PLAIN, "l2", port("app1", false, 1, ADDRESS_1))) {
            network.daemon().kill();
            assertTrue(Files.exists(socket("app1")), "a killed run leaves its socket");
            network.restart("l2");
            try (Testpmd peer = Testpmd.start(peer("app1", false, "icmpecho", MAC_1))) {
                peer.awaitForwarding();
                answers(network, BLUE, ADDRESS_1);
            }
            network.daemon().stop();
            assertFalse(Files.exists(socket("app1")), "one that ends takes it along");
        }
    }

    /** One that listens there is alive, whatever the type of its socket. */
    @Test
    void shouldRefuseASocketWhereSomebodyListens() {
        try (SwitchNetwork network = SwitchNetwork.prepare(PLAIN);
                Testpmd other = Testpmd.start(peer("app1", true, "icmpecho", MAC_1))) {
            Eventually.holds("it listens", () -> Files.exists(socket("app1")));
            final Result result =
                    Daemon.refuse(
                            network.net(),
                            SWITCH,
                            network.yaml("l2") + port("app1", false, 1, ADDRESS_1));
            assertEquals(1, result.exit(), result::toString);
            assertTrue(
                    result.output().contains("another process listens on unix:" + socket("app1")),
                    result::toString);
            assertTrue(Files.exists(socket("app1")), "the socket is still there");
            assertTrue(other.isAlive(), other::log);
        }
    }

    /** A peer that means another interface is told so, and the log says it once. */
    @Test
    void shouldRefuseAnotherInterface() {
        final String port =
                port("app1", false, 1, ADDRESS_1).replace("role: server", "role: server, id: 7");
        try (SwitchNetwork network = SwitchNetwork.start(PLAIN, "l2", port);
                Testpmd peer = Testpmd.start(peer("app1", false, "icmpecho", MAC_1))) {
            peer.awaitForwarding();
            Eventually.holds(
                    "the log names both",
                    () -> network.daemon().log().contains("it asks for id 0, the port has id 7"));
            assertFalse(
                    network.net().exec(BLUE, "ping", "-c", "1", "-W", "1", ADDRESS_1).ok(),
                    "nobody is attached");
            network.daemon().stop();
        }
    }
}
