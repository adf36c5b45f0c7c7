// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.GREEN;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static io.ipvane.e2e.SwitchNetwork.SWITCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Daemon;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How the daemon starts, refuses to start, stops and is killed. */
@Tag("e2e")
final class LifecycleE2eTest {
    private static final Setup PLAIN = new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET);

    @ParameterizedTest
    @EnumSource(Setup.Plan.class)
    void shouldLeaveOnlyWhatItKeepsAfterSigterm(Setup.Plan plan) {
        try (SwitchNetwork network =
                SwitchNetwork.start(new Setup(plan, Setup.Uplink.AF_PACKET), "l2")) {
            final String uplink = network.net().ip(SWITCH, "-d", "link", "show", "dev", "up0");
            assertTrue(network.net().hasDevice(BLUE, "eth0"));
            assertTrue(network.net().hasDevice(SWITCH, "ipvane0"));
            network.daemon().stop();
            assertTrue(network.net().hasDevice(BLUE, "eth0"));
            assertTrue(network.net().hasDevice(GREEN, "eth0"));
            assertFalse(network.net().hasDevice(SWITCH, "ipvane0"));
            assertTrue(
                    uplink.contains("promiscuity"),
                    "ip -d shows the promiscuity counter: " + uplink);
            assertTrue(
                    network.net()
                            .ip(SWITCH, "-d", "link", "show", "dev", "up0")
                            .contains("promiscuity 0"));
        }
    }

    @ParameterizedTest
    @MethodSource("io.ipvane.e2e.Setup#some")
    void shouldStartAgainAfterKill(Setup setup) {
        try (SwitchNetwork network = SwitchNetwork.start(setup, "l2")) {
            network.ping(BLUE, "10.0.0.12").orFail();
            network.daemon().kill();
            network.restart("l2");
            network.ping(BLUE, "10.0.0.12").orFail();
            network.ping(OUTSIDE, "10.0.0.11").orFail();
            network.daemon().stop();
        }
    }

    @Test
    void shouldChangeModeByARestart() {
        try (SwitchNetwork network = SwitchNetwork.start(PLAIN, "l2")) {
            network.ping(OUTSIDE, "10.0.0.11").orFail();
            network.daemon().stop();
            network.restart("l3");
            network.ping(OUTSIDE, "10.0.0.11").orFail();
            network.daemon().stop();
            network.restart("l2");
            network.ping(OUTSIDE, "10.0.0.11").orFail();
            network.daemon().stop();
        }
    }

    @Test
    void shouldNameTheNearestKeyForOneThatIsUnknown() {
        refuses(yaml -> yaml.replace("mode: l2", "mod: l2"), "mod", "mode");
    }

    @Test
    void shouldNameTheChoicesForAModeThatIsUnknown() {
        refuses(yaml -> yaml.replace("mode: l2", "mode: l4"), "l4", "l3s");
    }

    @Test
    void shouldNameAnUplinkThatDoesNotExist() {
        refuses(yaml -> yaml.replace("uplink: wan0", "uplink: wan9"), "wan9");
    }

    @Test
    void shouldNameBothPortsThatWantOneAddress() {
        refuses(yaml -> yaml.replace("10.0.0.12/24", "10.0.0.11/24"), "10.0.0.11", "blue", "green");
    }

    @Test
    void shouldRefuseAPortTheHostsAddress() {
        refuses(yaml -> yaml.replace("10.0.0.12/24", "10.0.0.1/24"), "10.0.0.1", "green");
    }

    private interface Spoil {
        String apply(String yaml);
    }

    /** The daemon ends with 1 and a sentence that has all the words; not with a stack trace. */
    private static void refuses(Spoil spoil, String... words) {
        try (SwitchNetwork network = SwitchNetwork.prepare(PLAIN)) {
            final String yaml = network.yaml("l2");
            final String spoilt = spoil.apply(yaml);
            assertFalse(yaml.equals(spoilt), "the test spoils nothing");
            final Result result = Daemon.refuse(network.net(), SWITCH, spoilt);
            assertEquals(1, result.exit(), result::toString);
            for (String word : words) {
                assertTrue(result.output().contains(word), result::toString);
            }
            assertFalse(result.output().contains("\tat "), result::toString);
            assertFalse(network.net().hasDevice(BLUE, "eth0"));
        }
    }
}
