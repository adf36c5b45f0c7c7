// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.sun.management.ThreadMXBean;
import io.ipvane.burst.FramePool;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What runs on lcores leaves nothing for the collector. */
class NeighborAllocationTest {
    private static final int MEASURED = 50_000;

    /** Until the compiler is done with the code and with the loop around it. */
    private static final int WARM_UPS = 4;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long blackhole;

    @Test
    void shouldAnswerLearnAndLookUpWithoutAllocating() {
        final IpAddress x4 = IpAddress.parse(Frames.X4);
        final IpAddress x6 = IpAddress.parse(Frames.X6);
        try (MemoryPool pool = new MemoryPool(16, 256);
                NeighborTable table = new NeighborTable(4, new ManualGrace());
                Row arp = new Row(pool, Frames.arpRequest(Frames.C1_4).build()).ownedBy(1);
                Row nd = new Row(pool, Frames.solicitation(Frames.C1_6).build()).ownedBy(1)) {
            pool.poison(MemoryPool.NO_POISON);
            table.add(0, x4, Frames.X);
            table.add(0, x6, Frames.X);
            final Responder responder = new Responder(pool);
            final Learner learner = new Learner();
            final Runnable work =
                    () -> {
                        answer(pool, responder, arp);
                        answer(pool, responder, nd);
                        blackhole += learner.read(arp.burst, 0) ? learner.mac() : 0;
                        blackhole += learner.read(nd.burst, 0) ? learner.mac() : 0;
                        blackhole += table.mac4(0, (int) x4.key0());
                        blackhole += table.mac6(0, x6.key0(), x6.key1());
                    };
            for (int round = 0; round < WARM_UPS; round++) {
                allocatedBy(work, MEASURED);
            }
            assertEquals(0, allocatedBy(work, MEASURED));
            assertNotEquals(0, blackhole);
        }
    }

    private static void answer(FramePool pool, Responder responder, Row row) {
        final long mbuf = responder.answer(row.burst, 0, Frames.OWN, false, Responder.NO_PORT);
        if (mbuf != 0) {
            pool.free(mbuf);
        }
    }

    private static long allocatedBy(Runnable work, int rounds) {
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int round = 0; round < rounds; round++) {
            work.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
