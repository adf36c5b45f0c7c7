// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.GREEN;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static io.ipvane.e2e.SwitchNetwork.SWITCH;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels that knew an address elsewhere are told where it is, and who probes gets an answer. */
@Tag("e2e")
final class AnnouncementE2eTest {
    private static final String WRONG = "02:de:ad:00:00:01";

    /** Asks by ARP from 0.0.0.0, as RFC 5227 has it, and waits for an answer. */
    private static final String PROBE =
            """
            import socket, struct, sys, time
            interface, address = sys.argv[1:]
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
            s.bind((interface, 0x0806))
            mac = s.getsockname()[4]
            target = socket.inet_aton(address)
            probe = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac, bytes(4), bytes(6), target)
            s.send((b"\\xff" * 6 + mac + b"\\x08\\x06" + probe).ljust(60, b"\\0"))
            end = time.monotonic() + 2
            said = "free"
            while said == "free" and time.monotonic() < end:
                s.settimeout(max(0.01, end - time.monotonic()))
                try:
                    frame, place = s.recvfrom(2000)
                except socket.timeout:
                    break
                if place[2] != socket.PACKET_OUTGOING and frame[28:32] == target:
                    said = "taken"
            print(said)
            """;

    private static SwitchNetwork network;

    @BeforeAll
    static void start() {
        network = SwitchNetwork.start(Setup.some().findFirst().orElseThrow(), "l2");
    }

    @AfterAll
    static void stop() {
        try (SwitchNetwork ended = network) {
            network = null;
            ended.daemon().stop();
        }
    }

    private static String run(String where, String... words) {
        return network.net()
                .exec(where, words.length == 1 ? words[0].split(" ") : words)
                .orFail()
                .output()
                .strip();
    }

    private static final Map<String, String> INTERFACES =
            Map.of(BLUE, "eth0", GREEN, "eth0", OUTSIDE, "eth0", SWITCH, "ipvane0");

    /** They have heard somebody's answer a moment ago. */
    private static void misled(String address, String... whom) {
        for (String who : whom) {
            run(
                    who,
                    "ip neigh replace %s lladdr %s dev %s nud reachable"
                            .formatted(address, WRONG, INTERFACES.get(who)));
        }
    }

    private static boolean isWrong(String address, String who) {
        return run(who, "ip neigh show %s dev %s".formatted(address, INTERFACES.get(who)))
                .contains(WRONG);
    }

    private static void hold(String address, String... whom) {
        for (String who : whom) {
            Eventually.holds(who + " knows where " + address + " is", () -> !isWrong(address, who));
        }
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.50, 24", "fd00::50, 64"})
    void shouldTellSiblingHostAndWireOfAnAddressThatWasOutside(String address, int length) {
        misled(address, BLUE, SWITCH, OUTSIDE);
        run(GREEN, "ip address add " + address + "/" + length + " dev eth0");
        hold(address, BLUE, SWITCH, OUTSIDE);
        run(GREEN, "ip address del " + address + "/" + length + " dev eth0");
        misled(address, BLUE, GREEN, OUTSIDE);
        run(SWITCH, "ip address add " + address + "/" + length + " dev ipvane0");
        hold(address, BLUE, GREEN, OUTSIDE);
        run(SWITCH, "ip address del " + address + "/" + length + " dev ipvane0");
    }

    /** What two stations claim stays with the first, and nobody is told otherwise. */
    @Test
    void shouldNotAnnounceAnAddressThatSomebodyOutsideHas() {
        network.ping(GREEN, "fd00::fe").orFail();
        run(BLUE, "ip address add fd00::fe/64 dev eth0");
        Eventually.holds(
                "blue's detection fails",
                () -> run(BLUE, "ip -6 address show dev eth0").contains("dadfailed"));
        network.ping(GREEN, "fd00::fe").orFail();
        run(BLUE, "ip address del fd00::fe/64 dev eth0");
    }

    @Test
    void shouldBringAnswersToTheProbesOfAPort() {
        assertFalse(isFree("10.0.0.254"), "somebody outside has it");
        assertFalse(isFree("10.0.0.12"), "a sibling has it");
        assertFalse(isFree("10.0.0.1"), "the host has it");
        assertTrue(isFree("10.0.0.99"), "nobody has it");
        assertTrue(isFree("10.0.0.11"), "the probe must not come back");
    }

    private static boolean isFree(String address) {
        return run(BLUE, "python3", "-c", PROBE, "eth0", address).equals("free");
    }
}
