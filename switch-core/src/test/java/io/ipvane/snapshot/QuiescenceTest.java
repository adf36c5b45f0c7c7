// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class QuiescenceTest {
    private final SnapshotPublisher publisher = new SnapshotPublisher();

    @Test
    void shouldWaitForReadersThatHaveNeverReported() {
        final Quiescence readers = new Quiescence(publisher, 2);
        final long ticket = readers.retire();
        readers.report(0, publisher.epoch());
        assertFalse(readers.passed(ticket));
        readers.report(1, publisher.epoch());
        assertTrue(readers.passed(ticket));
    }

    @Test
    void shouldWaitForTheSlowestReader() {
        final Quiescence readers = new Quiescence(publisher, 3);
        readers.report(0, 7);
        readers.report(1, 5);
        readers.report(2, 9);
        assertEquals(5, readers.reached());
        assertEquals(9, readers.reported(2));
    }

    @Test
    void shouldNotWaitForReadersThatHaveLeft() {
        final Quiescence readers = new Quiescence(publisher, 2);
        final long ticket = readers.retire();
        readers.leave(0);
        assertFalse(readers.passed(ticket));
        readers.leave(1);
        assertTrue(readers.passed(ticket));
        assertTrue(readers.passed(readers.retire()), "nobody is left to wait for");
    }

    @Test
    void shouldBeginAnEpochWithEverySnapshotAndEveryTicket() {
        final Quiescence readers = new Quiescence(publisher, 0);
        final ForwardingSnapshot snapshot = new ForwardingSnapshot(1, new PortEntry[0], null, null);
        publisher.publish(snapshot);
        assertEquals(1, publisher.epoch());
        assertEquals(2, readers.retire());
        assertEquals(2, publisher.epoch());
        assertSame(snapshot, publisher.current());
    }

    /** A reader that has read the epoch finds the snapshot that began it, or a later one. */
    @Test
    void shouldNeverShowAnEpochBeforeItsSnapshot() throws InterruptedException {
        publisher.publish(new ForwardingSnapshot(1, new PortEntry[0], null, null));
        final int last = 200_000;
        final Thread writer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int i = 2; i <= last; i++) {
                                        publisher.publish(
                                                new ForwardingSnapshot(
                                                        i, new PortEntry[0], null, null));
                                    }
                                });
        long epoch = 0;
        while (epoch < last) {
            epoch = publisher.epoch();
            final long generation = publisher.current().generation();
            assertTrue(generation >= epoch, "epoch " + epoch + ", generation " + generation);
        }
        writer.join();
    }
}
