// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Mode l3: the switch routes for its ports, which know no neighbours. */
@Tag("e2e")
@ParameterizedClass(name = "{0}")
@MethodSource("io.ipvane.e2e.Setup#some")
record L3E2eTest(Setup setup) {
    private static SwitchNetwork network;

    @BeforeParameterizedClassInvocation
    static void start(Setup setup) {
        network = SwitchNetwork.start(setup, "l3");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try (SwitchNetwork ended = network) {
            network = null;
            ended.daemon().stop();
        }
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({
        "blue, 10.0.0.12",
        "blue, 10.0.0.254",
        "outside, 10.0.0.11",
        "blue, 10.0.0.1",
        "switch, 10.0.0.12",
        "blue, fd00::12",
        "blue, fd00::fe",
        "outside, fd00::11",
        "blue, fd00::1"
    })
    void shouldCarryPing(String from, String address) {
        network.ping(from, address).orFail();
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({"blue, 10.0.0.12", "blue, 10.0.0.254", "outside, 10.0.0.11"})
    void shouldCarryTcpBothWays(String from, String address) {
        network.iperf(from, address, "--bidir").orFail();
    }

    @Test
    void shouldCarryNoBroadcast() {
        assertFalse(
                network.net()
                        .exec(BLUE, "ping", "-b", "-c", "2", "-i", "0.2", "-W", "0.5", "10.0.0.255")
                        .ok());
        network.ping(OUTSIDE, "10.0.0.11").orFail();
    }
}
