// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.ipvane.config.AddressBatch;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.control.view.StaleRevisionException;
import io.ipvane.control.view.StatusUnavailableException;
import io.ipvane.packet.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whatever step of a change fails, the switch is afterwards as it was before. */
class ConfigChangesTest {
    private final Logger log = (Logger) LoggerFactory.getLogger(ConfigChanges.class);

    @BeforeEach
    void doNotTellOfFailuresThatAreMadeHere() {
        log.setLevel(Level.OFF);
    }

    @AfterEach
    void tellAgain() {
        log.setLevel(null);
    }

    /** Of three uplinks and six ports those that the generator wants, as it wants them. */
    private static SwitchConfig any(SplittableRandom random) {
        final StringBuilder uplinks = new StringBuilder("uplinks:\n");
        final StringBuilder ports = new StringBuilder("ports:\n");
        final String always = "u" + random.nextInt(3);
        for (int u = 0; u < 3; u++) {
            final String name = "u" + u;
            if (name.equals(always) || random.nextBoolean()) {
                uplinks.append(
                        "  - { name: %s, device: \"tap:w%d\", mode: l%d }%n"
                                .formatted(name, u, 2 + random.nextInt(2)));
                for (int p = 0; p < 2; p++) {
                    if (random.nextBoolean()) {
                        ports.append(
                                "  - { name: p%d%d, uplink: %s, netns: n%d, addresses: [10.0.0.%d/24] }%n"
                                        .formatted(
                                                u,
                                                p,
                                                name,
                                                random.nextInt(2),
                                                1 + 2 * random.nextInt(2) + p));
                    }
                }
            }
        }
        final String all = uplinks + (ports.length() > 7 ? ports.toString() : "");
        return SwitchConfig.parse(all, "test");
    }

    private static ConfigChanges running(MapSteps steps, SwitchConfig config) {
        final ConfigChanges changes = new ConfigChanges(steps, config);
        changes.start(config);
        steps.assertIs(config, "start");
        return changes;
    }

    @RepeatedTest(50)
    void shouldUndoWhateverStepFails(RepetitionInfo repetition) {
        final String seed = "seed " + repetition.getCurrentRepetition();
        final SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        final SwitchConfig before = any(random);
        final SwitchConfig after = any(random);
        for (int failing = 0; ; failing++) {
            final MapSteps steps = new MapSteps();
            final ConfigChanges changes = running(steps, before);
            final int[] left = {failing};
            steps.fails = () -> left[0]-- == 0;
            try {
                assertEquals(2, changes.apply(after, 1).revision());
                steps.assertIs(after, seed);
                assertEquals(after, changes.running().config());
                return;
            } catch (ChangeRefusedException e) {
                assertEquals("no more", e.getMessage(), seed);
            }
            steps.assertIs(before, seed);
            assertEquals(before, changes.running().config());
            assertEquals(1, changes.running().revision());
            steps.fails = () -> false;
            changes.apply(after, 1);
            steps.assertIs(after, seed);
        }
    }

    /** Nor can it be undone, where everything fails from some step on, or every other step does. */
    @RepeatedTest(50)
    void shouldPutRightByTheNextChangeWhatCouldNotBeUndone(RepetitionInfo repetition) {
        final String seed = "seed " + repetition.getCurrentRepetition();
        final SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        final SwitchConfig before = any(random);
        final SwitchConfig after = any(random);
        final SwitchConfig third = any(random);
        for (int failing = 0; ; failing++) {
            final MapSteps steps = new MapSteps();
            final ConfigChanges changes = running(steps, before);
            final int from = failing;
            final int[] done = {0};
            final SplittableRandom luck = random.split();
            steps.fails = () -> done[0]++ >= from && (done[0] == from + 1 || luck.nextInt(3) > 0);
            try {
                changes.apply(after, 1);
                return;
            } catch (ChangeRefusedException e) {
                assertEquals(before, changes.running().config(), seed);
            }
            steps.fails = () -> false;
            final SwitchConfig next = List.of(before, after, third).get(random.nextInt(3));
            changes.apply(next, 1);
            steps.assertIs(next, seed + " step " + failing);
        }
    }

    /** A port that could not be put back can be deleted, as if it was there. */
    @Test
    void shouldDeleteAPortThatIsNotThere() {
        final SwitchConfig before =
                config("n0", "  - { name: b, uplink: u, netns: n1, interface: x }");
        final MapSteps steps = new MapSteps();
        final ConfigChanges changes = running(steps, before);
        steps.ports.remove("a");
        final SwitchConfig without =
                config("", "  - { name: b, uplink: u, netns: n1, interface: x }");
        changes.apply(without, 1);
        steps.assertIs(without, "deleted");
    }

    @Test
    void shouldOpenTheNewDeviceBeforeTheOldOneGoes() {
        final SwitchConfig before = config("n0", "");
        final MapSteps steps = new MapSteps();
        final ConfigChanges changes = running(steps, before);
        final List<String> seen = new ArrayList<>();
        steps.fails =
                () -> {
                    seen.add(steps.ports.keySet() + " opened " + steps.opened);
                    return false;
                };
        changes.apply(config("n1", ""), 1);
        assertEquals(
                List.of("[a] opened []", "[a] opened []", "[a] opened []", "[a] opened [a]"),
                seen.subList(0, 4));
    }

    /** The address may be one that a namespace gave itself: the file cannot know. */
    @Test
    void shouldRefuseAGatewayThatIsAPartOfTheUplink() {
        final SwitchConfig before = routed("");
        final MapSteps steps = new MapSteps();
        final ConfigChanges changes = running(steps, before);
        steps.heldInNamespaces.put(IpAddress.parse("10.0.0.15"), "a");
        assertEquals(
                "route to 10.8.0.0/16: via 10.0.0.15 is an address of 'a', a part of this uplink"
                        + " itself; give a gateway beyond the uplink",
                assertThrows(
                                ChangeRefusedException.class,
                                () -> changes.apply(routed("10.0.0.15"), 1))
                        .getMessage());
        steps.assertIs(before, "refused");
        changes.apply(routed("10.0.0.16"), 1);
        // What was there before is no reason to refuse something else.
        steps.heldInNamespaces.put(IpAddress.parse("10.0.0.16"), "a");
        changes.apply(routed("10.0.0.16"), 2);
    }

    private static SwitchConfig routed(String via) {
        final String routes =
                via.isEmpty() ? "" : ", routes: [ { to: 10.8.0.0/16, via: %s } ]".formatted(via);
        return SwitchConfig.parse(
                "uplinks: [ { name: u, device: \"tap:w\", mode: l3"
                        + routes
                        + " } ]\nports: [ { name: a, uplink: u, addresses: [10.0.0.1/24] } ]\n",
                "test");
    }

    private static SwitchConfig config(String netns, String more) {
        final String a =
                netns.isEmpty() ? "" : "  - { name: a, uplink: u, netns: %s }%n".formatted(netns);
        return SwitchConfig.parse(
                "uplinks: [ { name: u, device: \"tap:w\" } ]\nports:\n" + a + more + "\n", "test");
    }

    @Test
    void shouldRefuseAChangeOfAnotherRevision() {
        final SwitchConfig config = any(new SplittableRandom(1));
        final MapSteps steps = new MapSteps();
        final ConfigChanges changes = running(steps, config);
        assertThrows(StaleRevisionException.class, () -> changes.apply(config, 7));
        steps.assertIs(config, "as it was");
    }

    private static final int MANY = 100_000;

    /** Two ports, of which one has very many addresses more, or none has. */
    private static SwitchConfig crowd(String who) {
        final SwitchConfig plain =
                SwitchConfig.parse(
                        """
                        uplinks: [ { name: u0, device: "tap:w0" } ]
                        ports:
                          - { name: p0, uplink: u0, netns: n, interface: i0, addresses: [10.0.0.1/24] }
                          - { name: p1, uplink: u0, netns: n, interface: i1, addresses: [10.0.0.2/24] }
                        """,
                        "test");
        final List<Map<String, String>> rows = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            rows.add(Map.of("port", who, "address", IpAddress.ipv4(0x0B00_0000 + i) + "/32"));
        }
        return who.isEmpty() ? plain : AddressBatch.read(Map.of("add", rows)).applyTo(plain);
    }

    @Test
    void shouldAskOnceForAllAddressesOfAPort() {
        final MapSteps steps = new MapSteps();
        final ConfigChanges changes = running(steps, crowd(""));
        steps.asked = 0;
        changes.apply(crowd("p0"), 1);
        assertEquals(1, steps.asked);
        assertTimeout(Duration.ofSeconds(10), () -> changes.apply(crowd("p1"), 2));
        assertEquals(2, steps.asked);
        changes.apply(crowd(""), 3);
        assertEquals(2, steps.asked, "who takes nothing asks nobody");
        steps.assertIs(crowd(""), "as it was");
    }

    @Test
    void shouldRefuseAnAddressOfAnotherThatDoesNotGiveItUp() {
        final MapSteps steps = new MapSteps();
        final ConfigChanges changes = running(steps, crowd("p0"));
        final SwitchConfig plain = crowd("");
        final SwitchConfig both =
                new SwitchConfig(
                        plain.eal(),
                        plain.threads(),
                        plain.uplinks(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(crowd("p0").ports().get(0), crowd("p1").ports().get(1)),
                        plain.admin(),
                        true);
        final ChangeRefusedException refused =
                assertThrows(ChangeRefusedException.class, () -> changes.apply(both, 1));
        assertTrue(
                refused.getMessage()
                        .matches("address 11\\..* is that of 'p0'; delete it there first"),
                refused.getMessage());
        steps.assertIs(crowd("p0"), "as it was");
    }

    /** A stop keeps changes out for good, and then waits for the thread that reconciles. */
    @Test
    void shouldNotHoldUpWhoReconcilesWhereTheSwitchStops() throws Exception {
        final ConfigChanges changes = running(new MapSteps(), config("n0", ""));
        changes.close();
        final FutureTask<Boolean> look = new FutureTask<>(changes::reconcile);
        final Thread reconciler = new Thread(look, "reconciler");
        reconciler.setDaemon(true);
        reconciler.start();
        look.get(30, TimeUnit.SECONDS);
    }

    /** SIGTERM comes while a request is at its first step: devices are closed after that. */
    @Test
    void shouldEndWithTheStepUnderWayWhereTheSwitchStops() throws Exception {
        final SwitchConfig before = config("n0", "");
        final SwitchConfig after =
                config(
                        "n0",
                        """
                          - { name: b, uplink: u, netns: n1 }
                          - { name: c, uplink: u, netns: n2 }
                          - { name: d, uplink: u, netns: n3 }
                        """);
        final MapSteps steps = new MapSteps();
        final ConfigChanges changes = running(steps, before);
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final AtomicBoolean closed = new AtomicBoolean();
        final AtomicInteger late = new AtomicInteger();
        steps.fails =
                () -> {
                    late.addAndGet(closed.get() ? 1 : 0);
                    if (steps.ports.size() == 2) {
                        reached.countDown();
                        await(go);
                    }
                    return false;
                };
        final FutureTask<?> change = new FutureTask<>(() -> changes.apply(after, 1));
        new Thread(change, "change").start();
        assertTrue(reached.await(30, TimeUnit.SECONDS));
        final Thread stop =
                new Thread(
                        () -> {
                            changes.close();
                            closed.set(true);
                        },
                        "stop");
        stop.start();
        while (stop.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertFalse(closed.get(), "a step is under way");
        go.countDown();
        stop.join();
        final ExecutionException failed = assertThrows(ExecutionException.class, change::get);
        assertEquals("the switch is stopping", failed.getCause().getMessage());
        assertEquals(0, late.get(), "no step may follow");
        assertEquals(Set.of("a", "b", "c"), steps.ports.keySet(), "and none is undone");
        assertThrows(StatusUnavailableException.class, () -> changes.apply(before, 1));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
