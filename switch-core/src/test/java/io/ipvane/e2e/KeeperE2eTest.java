// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static io.ipvane.e2e.SwitchNetwork.SWITCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Netns;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A death of the switch is not everybody's: its parent starts it again, and says what it died of.
 */
@Tag("e2e")
final class KeeperE2eTest {
    private static final Setup PLAIN = new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET);

    private interface Case {
        void run(SwitchNetwork network, Daemon daemon);
    }

    private static void kept(Case test) {
        try (SwitchNetwork network = SwitchNetwork.prepare(PLAIN);
                Daemon daemon = Daemon.startKept(network.net(), SWITCH, network.yaml("l2"))) {
            test.run(network, daemon);
        }
    }

    private static void signal(String name, long process) {
        Command.run("kill", "-" + name, Long.toString(process)).orFail();
    }

    private static void forwards(Netns net) {
        Eventually.holds(
                "an answer from outside",
                () ->
                        Command.run(net.inside(OUTSIDE, "ping", "-c1", "-W1", "10.0.0.11")).exit()
                                == 0);
    }

    @Test
    void shouldStartAgainAfterAFaultAndSayWhoseFramesWereUnderWay() {
        kept(
                (network, daemon) -> {
                    forwards(network.net());
                    final long first = daemon.child();

                    signal("SEGV", first);
                    Eventually.holds(
                            "another process",
                            () -> daemon.child() != 0 && daemon.child() != first);
                    daemon.awaitReady();
                    forwards(network.net());

                    final String log = daemon.log();
                    assertTrue(log.contains("event=died pid=" + first + " cause=ABRT"), log);
                    assertTrue(log.contains("event=under_way lcore=0 doing="), log);
                    assertTrue(log.matches("(?s).*last=[^ ]*(wan0|blue|ipvane0):1.*"), log);
                    assertTrue(log.contains("event=started_again"), log);

                    final long second = daemon.child();
                    daemon.signal("SEGV");
                    Eventually.holds(
                            "a signal of faults that is sent to the parent is meant for the child",
                            () -> daemon.child() != 0 && daemon.child() != second);
                    daemon.awaitReady();
                    daemon.stop();
                    assertFalse(network.net().hasDevice(SWITCH, "ipvane0"));
                });
    }

    @Test
    void shouldGiveUpWhereItDiesAgainAndAgain() {
        kept(
                (network, daemon) -> {
                    for (int deaths = 1; deaths <= 5; deaths++) {
                        final String said = "deaths=" + deaths + " ";
                        Eventually.holds(
                                "death " + deaths,
                                () -> {
                                    final long child = daemon.child();
                                    if (child != 0 && !daemon.log().contains(said)) {
                                        Command.run("kill", "-KILL", Long.toString(child));
                                    }
                                    return daemon.log().contains(said);
                                });
                    }
                    Eventually.holds("the end of the parent", () -> !daemon.isAlive());

                    assertEquals(128 + 9, daemon.exitCode());
                    assertTrue(daemon.log().contains("the switch died 5 times in 120 s"));
                });
    }

    /** Whoever kills the parent means the switch: nothing goes on without it. */
    @Test
    void shouldEndWithItsParent() {
        kept(
                (network, daemon) -> {
                    final long child = daemon.child();
                    daemon.kill();
                    Eventually.holds(
                            "the end of the child",
                            () -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
                    daemon.restart(network.yaml("l2"));
                    network.ping(BLUE, "10.0.0.12").orFail();
                    daemon.stop();
                });
    }

    @Test
    void shouldEndAsTheChildDoesWhereItCannotStart() {
        try (SwitchNetwork network = SwitchNetwork.prepare(PLAIN)) {
            final String keep =
                    System.getProperty("ipvane.native").replace("libipvane.so", "ipvane-keep");
            assertEquals(7, Command.run(keep, "target", "/bin/sh", "-c", "exit 7").exit());
            assertEquals(
                    128 + 15, Command.run(keep, "target", "/bin/sh", "-c", "kill -TERM $$").exit());
            assertTrue(network.net().hasDevice(SWITCH, "up0"));
        }
    }
}
