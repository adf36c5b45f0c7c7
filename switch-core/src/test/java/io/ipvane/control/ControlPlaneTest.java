// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.ThreadPlan;
import io.ipvane.control.view.StatusUnavailableException;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a question that nobody waits for any more. */
class ControlPlaneTest {
    private static final PortConfig LATE =
            SwitchConfig.parse(
                            """
                            uplinks: [ { name: wire, device: "tap:w" } ]
                            ports: [ { name: late, uplink: wire } ]
                            """,
                            "test")
                    .ports()
                    .getFirst();

    private final SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "announce: false");

    @AfterEach
    void nothingLeaks() {
        net.close();
    }

    private final int before = net.snapshot().size();

    @Test
    void shouldNotMakeAPortThatNobodyWaitsForAnyMore() {
        Thread.currentThread().interrupt();
        assertThrows(
                StatusUnavailableException.class,
                () -> net.control().addPort(net.index("wire"), LATE));
        assertTrue(Thread.interrupted());
        net.run();
        assertEquals(before, net.snapshot().size());
    }

    /** Nobody steps the conductor, as if it was busy with something that takes long. */
    @Test
    void shouldTakeBackWhatWasNotBegunInTime() {
        assertEquals(
                "the control plane did not answer in time",
                assertThrows(
                                StatusUnavailableException.class,
                                () -> net.control().addPort(net.index("wire"), LATE))
                        .getMessage());
        net.run();
        assertEquals(before, net.snapshot().size());
    }

    @Test
    void shouldForgetAPortOnce() throws Exception {
        final Thread asker = new Thread(() -> net.control().remove(net.index("c1")));
        asker.start();
        runUntilEnded(asker);
        final Thread again = new Thread(() -> net.control().remove(net.index("c1")));
        final StringBuilder failure = new StringBuilder();
        again.setUncaughtExceptionHandler((thread, e) -> failure.append(e));
        again.start();
        runUntilEnded(again);
        assertEquals("", failure.toString());
    }

    private void runUntilEnded(Thread asker) throws InterruptedException {
        while (asker.isAlive()) {
            net.run();
            asker.join(1);
        }
    }
}
