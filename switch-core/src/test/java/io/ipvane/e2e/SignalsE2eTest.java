// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static io.ipvane.e2e.SwitchNetwork.SWITCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Daemon;
import java.io.RandomAccessFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The daemon among others: signals, and whoever does not read its log. */
@Tag("e2e")
final class SignalsE2eTest {
    private static final Setup PLAIN = new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET);

    private static void says(Daemon daemon, String event) {
        try {
            Eventually.holds(event, () -> daemon.log().contains(event));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + daemon.log(), e);
        }
    }

    @Test
    void shouldReadTheConfigurationAgainAtSighupAndIgnoreWhatIsNotMeantForIt() {
        try (SwitchNetwork network = SwitchNetwork.start(PLAIN, "l2")) {
            final Daemon daemon = network.daemon();
            for (String signal : new String[] {"USR1", "USR2", "PIPE", "WINCH", "HUP"}) {
                daemon.signal(signal);
            }
            says(daemon, "event=reloaded");

            daemon.configure(network.yaml("l2").replace("10.0.0.12/24", "10.0.0.22/24"));
            daemon.signal("HUP");
            Eventually.holds(
                    "a signal has its effect",
                    () -> daemon.get("/v1/addresses").body().contains("10.0.0.22/24"));
            network.ping(BLUE, "10.0.0.22").orFail();

            daemon.configure(network.yaml("l2").replace("10.0.0.11/24", "10.0.0.300/24"));
            daemon.signal("HUP");
            says(daemon, "event=reload_refused");
            assertTrue(daemon.log().contains("10.0.0.300"), daemon.log());
            network.ping(OUTSIDE, "10.0.0.11").orFail();
            daemon.stop();
        }
    }

    @Test
    void shouldGiveBackTheInterfaceAtASignalThatNobodyExpects() throws Exception {
        try (SwitchNetwork network = SwitchNetwork.start(PLAIN, "l2")) {
            network.daemon().signal("ALRM");
            Eventually.holds("a signal has its effect", () -> !network.daemon().isAlive());

            assertEquals(0, network.daemon().exitCode());
            assertFalse(network.net().hasDevice(SWITCH, "ipvane0"));
        }
    }

    /** A pipe that was full before the daemon said its first word. */
    @Test
    void shouldForwardAnswerAndStopWhileNobodyReadsItsLog() throws Exception {
        try (SwitchNetwork network = SwitchNetwork.start(PLAIN, "l2")) {
            network.daemon().stop();
            try (RandomAccessFile pipe = network.daemon().logIntoAFullPipe()) {
                network.restart("l2");
                for (int i = 0; i < 300; i++) {
                    network.net().ip(BLUE, "address", "add", "10.0.1." + i % 250, "dev", "eth0");
                    network.net().ip(BLUE, "address", "del", "10.0.1." + i % 250, "dev", "eth0");
                }
                network.ping(OUTSIDE, "10.0.0.11").orFail();
                assertEquals(200, network.daemon().get("/readyz").status());
                assertEquals(
                        201,
                        network.daemon()
                                .send("PUT", "/v1/ports/blue/addresses/10.0.0.99%2F24", "")
                                .status());
                network.daemon().stop();
                assertTrue(pipe.getFD().valid());
            }
        }
    }
}
