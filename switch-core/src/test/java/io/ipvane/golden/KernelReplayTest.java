// SPDX-License-Identifier: Apache-2.0
package io.ipvane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.config.ThreadPlan;
import io.ipvane.packet.MacAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.KernelAnswers;
import io.ipvane.testing.KernelAnswers.Answer;
import io.ipvane.testing.KernelAnswers.Side;
import io.ipvane.testing.KernelAnswers.Sighting;
import io.ipvane.testing.SwitchHarness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every frame that was sent into a real ipvlan is sent into ipvane under {@code compat: kernel},
 * and each receiver must see what it saw there: tables E.1 and E.2 of the specification, modes L2
 * and L3, all flags. What differs stands in {@code docs/deviations.md}, row by row.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KernelReplayTest {
    private static final List<String> RECEIVERS = List.of("wire", "master", "c1", "c2", "c3");

    private final Deviations deviations = Deviations.read("Over memory");

    @BeforeAll
    void dataIsComplete() {
        assertEquals(378, answers().count());
    }

    @AfterAll
    void everyDeviationIsNeeded() {
        assertEquals(
                List.of(), deviations.unneeded(), "rows of docs/deviations.md that no case needs");
    }

    static Stream<Answer> answers() {
        return KernelAnswers.answers().stream().filter(a -> !a.mode().equals("l3s"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void shouldShowEachReceiverWhatTheKernelShowed(Answer answer) {
        final List<String> wrong = new ArrayList<>();
        try (SwitchHarness net = network(answer.mode(), answer.flag())) {
            final String from = answer.sent().side() == Side.TX ? "c1" : "wire";
            net.device(from).inject(answer.sent().bytes());
            net.run();
            final Map<String, List<byte[]>> seen = net.transmitted();
            for (String receiver : RECEIVERS) {
                compare(answer, receiver, describe(seen.get(receiver), answer), wrong);
            }
        }
        assertEquals(List.of(), wrong, "receiver: kernel, ours");
    }

    private void compare(Answer answer, String receiver, String ours, List<String> wrong) {
        final String kernel =
                Description.of(
                        answer.seenBy(receiver).stream().map(Sighting::description).toList());
        if (ours.equals(kernel)) {
            return;
        }
        final boolean excused =
                deviations.excuse(
                        answer.mode(), answer.flag(), answer.sent().id(), receiver, kernel, ours);
        if (!excused) {
            wrong.add(receiver + ": " + kernel + ", " + ours);
        }
    }

    private static String describe(List<byte[]> frames, Answer answer) {
        return Description.of(
                frames.stream()
                        .filter(frame -> Description.has(frame, answer.sent().marker()))
                        .map(Description::of)
                        .toList());
    }

    /** The topology of the measurement; see {@code ipvlan/README.md} beside the data. */
    static SwitchHarness network(String mode, String flag) {
        final SwitchHarness net =
                new SwitchHarness(
                        """
                        uplinks:
                          - name: wire
                            device: "vdev:net_null0"
                            mode: %s
                            flag: %s
                            compat: kernel
                            host: { interface: master, addresses: ["10.0.0.1/24", "fd00::1/64"] }
                            neighbors:
                              - { address: 10.0.0.254, mac: "02:00:00:00:00:fe" }
                              - { address: "fd00::fe", mac: "02:00:00:00:00:fe" }
                        ports:
                          - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                          - { name: c2, uplink: wire, type: tap, addresses: ["10.0.0.12/24", "fd00::12/64"] }
                          - { name: c3, uplink: wire, type: tap, addresses: ["10.0.1.13/24", "fd01::13/64"] }
                        """
                                .formatted(mode, flag),
                        ThreadPlan.SHARED);
        final long allHosts = MacAddress.parse("01:00:5e:00:00:01");
        final long allNodes = MacAddress.parse("33:33:00:00:00:01");
        net.groups("c1", allHosts, allNodes, MacAddress.ofSolicitedNode(0x11));
        net.groups("c2", allHosts, allNodes, MacAddress.ofSolicitedNode(0x12), Frames.GROUP4);
        net.groups("c3", allHosts, allNodes, MacAddress.ofSolicitedNode(0x13));
        net.run();
        return net;
    }
}
