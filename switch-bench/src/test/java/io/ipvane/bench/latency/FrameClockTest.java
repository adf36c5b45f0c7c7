// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.LcoreThread;
import io.ipvane.dpdk.Mempool;
import io.ipvane.memory.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The loop in C over a ring that gives back what was sent: a switch that takes no time. */
@Tag("dpdk")
class FrameClockTest {
    private static Eal eal;
    private static LcoreThread lcore;
    private static Mempool pool;
    private static EthDevice ring;

    @BeforeAll
    static void start() {
        final Path shim = Path.of(System.getProperty(NativeLibrary.PROPERTY));
        assumeTrue(
                Files.exists(shim.resolveSibling("libipvane_bench.so")),
                "libipvane_bench.so is not built: make -C native bench");
        eal = Eal.start(EalOptions.of(EalOptions.Hugepages.OFF));
        lcore = LcoreThread.register(LcoreThread.UNPINNED);
        pool = Mempool.create("clock", 4_095, Mempool.DEFAULT_DATA_ROOM);
        ring = EthDevice.open("vdev:net_ring0", DeviceOptions.DEFAULT, pool);
    }

    @AfterAll
    static void stop() {
        if (eal != null) {
            ring.close();
            pool.close();
            lcore.close();
            eal.close();
        }
    }

    /** Frames of a run: those sent, those that came back, and when the last was due. */
    private record Seen(long sent, long received, long strangers, long lastDue, long nanos) {}

    private static Seen run(Phase phase) throws IOException {
        return new FrameClock(pool, ring, ring)
                .run(
                        phase,
                        raw ->
                                new Seen(
                                        raw.sent(),
                                        raw.received(),
                                        raw.strangers(),
                                        raw.due((int) raw.sent() - 1),
                                        System.nanoTime() - raw.start()));
    }

    @Test
    void shouldSendEveryFrameOfTheScheduleAndNoneBeforeItsTime() throws IOException {
        final Seen seen = run(new Phase(100_000, 1));
        assertEquals(100_000, seen.sent());
        assertEquals(100_000, seen.received());
        assertEquals(0, seen.strangers());
        assertEquals(999_990_000, seen.lastDue());
        assertTrue(seen.nanos() >= seen.lastDue(), seen.toString());
    }

    @Test
    void shouldHaveOneFrameInFlightForAsLongAsItWasAskedTo() throws IOException {
        final Seen seen = run(new Phase(0, 1));
        assertTrue(seen.sent() > 1_000, seen.toString());
        assertEquals(seen.sent(), seen.received());
        assertTrue(seen.nanos() > 900_000_000 || seen.sent() == 2_000_000, seen.toString());
    }
}
