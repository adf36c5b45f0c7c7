// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.dispatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.PortCounter;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.LcoreThread;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The baseline does the same work: of the same frames Java and C make the same bytes, for the same
 * ports, and count the same.
 */
class DispatchEqualityTest {
    private static final int FRAMES = 1_024;
    private static final int BURST = 64;
    private static final int ADDRESSES = 1_000;
    private static final int PORTS = 8;
    private static final int DESTINATION_AND_SOURCE_MAC = 12;

    private static LcoreThread lcore;

    /** DPDK starts once a process, which other tests share. */
    @BeforeAll
    @SuppressWarnings("resource") // ends with the process
    static void start() {
        if (!Eal.running()) {
            Eal.start(EalOptions.of(EalOptions.Hugepages.OFF));
        }
        lcore = LcoreThread.register(LcoreThread.UNPINNED);
    }

    @AfterAll
    static void stop() {
        lcore.close();
    }

    @ParameterizedTest
    @CsvSource({
        "l2, wire, 4, RUN_TO_COMPLETION",
        "l2, wire, 6, RUN_TO_COMPLETION",
        "l2, inside, 4, RUN_TO_COMPLETION",
        "l2, inside, 6, RUN_TO_COMPLETION",
        "l3, wire, 4, RUN_TO_COMPLETION",
        "l3, wire, 6, RUN_TO_COMPLETION",
        "l3, inside, 4, RUN_TO_COMPLETION",
        "l3, inside, 6, RUN_TO_COMPLETION",
        "l2, wire, 4, SHARED",
        "l3, inside, 6, SHARED",
    })
    void shouldSendTheSameBytesByTheSamePorts(
            String mode, String ingress, int family, ThreadPlan plan) {
        final DispatchSetup setup =
                new DispatchSetup(
                        "ring", mode, ingress, family, ADDRESSES, FRAMES, PORTS, plan, List.of(0));
        try (Dispatch untouched = new Dispatch(setup);
                Dispatch java = new Dispatch(setup);
                Dispatch c = new Dispatch(setup)) {
            java.java(FRAMES / BURST);
            c.c(FRAMES / BURST);

            for (int port = 0; port <= java.ports(); port++) {
                for (PortCounter counter : PortCounter.values()) {
                    assertEquals(
                            c.reference().counter(port, counter.ordinal()),
                            java.javaSwitch().counter(port, counter.ordinal()),
                            counter + " of port " + port);
                }
            }
            assertEquals(FRAMES, java.sent());
            assertEquals(0, c.reference().other());
            assertEquals(List.of(), java.javaSwitch().errors());

            final List<byte[]> before = sorted(untouched.drain());
            final List<byte[]> byJava = sorted(java.drain());
            final List<byte[]> byC = sorted(c.drain());
            assertEquals(FRAMES, byJava.size());
            assertEquals(FRAMES, byC.size());
            for (int i = 0; i < FRAMES; i++) {
                assertArrayEquals(byC.get(i), byJava.get(i), "frame " + i);
            }
            final boolean rewritten = mode.equals("l3") && ingress.equals("inside");
            assertEquals(!rewritten, same(before, byJava), "frames were left as they were");
        }
    }

    /** A frame is known by what lies behind its MACs: its destination is its own. */
    private static List<byte[]> sorted(List<byte[]> frames) {
        final List<byte[]> sorted = new ArrayList<>(frames);
        sorted.sort(
                (a, b) ->
                        Arrays.compareUnsigned(
                                a,
                                DESTINATION_AND_SOURCE_MAC,
                                a.length,
                                b,
                                DESTINATION_AND_SOURCE_MAC,
                                b.length));
        return sorted;
    }

    private static boolean same(List<byte[]> some, List<byte[]> others) {
        assertNotEquals(0, some.size());
        for (int i = 0; i < some.size(); i++) {
            if (!Arrays.equals(some.get(i), others.get(i))) {
                return false;
            }
        }
        return true;
    }
}
