// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("netns")
final class NetnsTest {
    @Test
    void shouldCarryPingOverACable() {
        try (Netns net = Netns.of("a", "b")) {
            net.veth("a", "eth0", "b", "eth1");
            net.address("a", "eth0", "10.9.0.1/24");
            net.address("b", "eth1", "10.9.0.2/24");
            net.exec("a", "ping", "-c", "1", "-W", "2", "10.9.0.2").orFail();
            assertFalse(net.exec("a", "ping", "-c", "1", "-W", "1", "10.9.0.3").ok());
            assertTrue(net.hasDevice("b", "eth1"));
            assertFalse(net.hasDevice("b", "eth0"));
        }
    }

    @Test
    void shouldLeaveNeitherNamespacesNorProcessesBehind() throws InterruptedException {
        final Process sleeper;
        final String name;
        try (Netns net = Netns.of("a")) {
            name = net.name("a");
            sleeper = net.background("a", "sleep", "1000");
            assertTrue(Command.run("ip", "netns", "list").output().contains(name));
        }
        assertFalse(Command.run("ip", "netns", "list").output().contains(name));
        assertFalse(sleeper.isAlive());
    }

    @Test
    void shouldRemoveWhatAKilledTestRunHasLeft() {
        Machine.needsRoot();
        // Process ids end far below this number.
        Command.run("ip", "netns", "add", "ipvt999999999.1-a").orFail();
        Netns.of("b").close();
        assertFalse(Command.run("ip", "netns", "list").output().contains("ipvt999999999"));
    }

    @Test
    void shouldSayWhatAProgramSaidWhenItFailsOrHangs() {
        final AssertionError failed =
                assertThrows(
                        AssertionError.class,
                        () -> Command.run("sh", "-c", "echo because; exit 3").orFail());
        assertTrue(failed.getMessage().contains("because"), failed.getMessage());
        assertTrue(failed.getMessage().contains("ended with 3"), failed.getMessage());
        final AssertionError hung =
                assertThrows(
                        AssertionError.class,
                        () ->
                                Command.run(
                                        Duration.ofMillis(300),
                                        List.of("sh", "-c", "echo so far; exec sleep 60")));
        assertTrue(hung.getMessage().contains("so far"), hung.getMessage());
    }

    @Test
    void shouldTakeBackEveryStepLastFirstEvenIfOneFails() {
        final List<String> done = new ArrayList<>();
        final Undo undo = new Undo();
        undo.add(() -> done.add("first"));
        undo.add(
                () -> {
                    throw new IllegalStateException("no");
                });
        undo.add(() -> done.add("last"));
        final AssertionError e = assertThrows(AssertionError.class, undo::close);
        assertEquals(List.of("last", "first"), done);
        assertTrue(e.getMessage().contains("no"), e.getMessage());
    }
}
