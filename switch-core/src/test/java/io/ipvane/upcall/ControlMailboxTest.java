// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.MemoryPool;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.MessageHandler;
import org.junit.jupiter.api.Test;

class ControlMailboxTest {
    private static final MessageHandler IGNORE = (type, buffer, at, length) -> {};

    private final Mailboxes mailboxes = new Mailboxes(1);
    private final ControlMailbox mailbox = mailboxes.of(0);

    private boolean up(long mbuf) {
        return mailbox.unresolved(7, 8, 6, 0x0102L, 0x0304L, 9, mbuf);
    }

    @Test
    void shouldRefuseWhatDoesNotFitAndTakeItAgainOnceThereIsRoom() {
        int up = 0;
        while (up(up + 1L)) {
            up++;
        }
        int down = 0;
        while (mailbox.toLcore().finished(1, down + 1L)) {
            down++;
        }
        assertTrue(up > 4_000 && down > 8_000, up + " up, " + down + " down");
        mailbox.learned(1, 4, 2, 3, 4, true, true);
        assertFalse(up(0));
        assertFalse(mailbox.toLcore().finished(1, 1));
        assertEquals(10, mailbox.receive(IGNORE, 10));
        assertEquals(10, mailbox.toLcore().receive(IGNORE, 10));
        assertTrue(up(0));
        assertTrue(mailbox.toLcore().finished(1, 1));
    }

    @Test
    void shouldHandOverEveryField() {
        final List<String> heard = new ArrayList<>();
        final MessageHandler handler =
                mailbox.handler(
                        new ControlMailbox.Listener() {
                            @Override
                            public void unresolved(
                                    int lcore,
                                    int uplink,
                                    int ingress,
                                    int family,
                                    long hop0,
                                    long hop1,
                                    int source,
                                    long mbuf) {
                                heard.add(
                                        List.of(
                                                        lcore, uplink, ingress, family, hop0, hop1,
                                                        source, mbuf)
                                                .toString());
                            }

                            @Override
                            public void learned(
                                    int uplink,
                                    int family,
                                    long address0,
                                    long address1,
                                    long mac,
                                    boolean solicited,
                                    boolean override) {
                                heard.add(
                                        List.of(uplink, family, address0, address1, mac)
                                                + " "
                                                + solicited
                                                + " "
                                                + override);
                            }
                        });
        up(-5);
        mailbox.learned(1, 6, -2, -3, 4, false, true);
        mailbox.learned(1, 6, -2, -3, 4, true, false);
        assertEquals(3, mailbox.receive(handler, 10));
        assertEquals(
                List.of(
                        "[0, 7, 8, 6, 258, 772, 9, -5]",
                        "[1, 6, -2, -3, 4] false true",
                        "[1, 6, -2, -3, 4] true false"),
                heard);
    }

    @Test
    void shouldDrainWhatLiesBehindTheEndOfTheBuffer() {
        try (MemoryPool pool = new MemoryPool(4, 256)) {
            // As many messages as fit: the next one needs padding, then starts at the beginning.
            int fit = 0;
            while (mailbox.toLcore().finished(1, 1)) {
                fit++;
            }
            for (int read = 0; read < fit; read += mailbox.toLcore().receive(IGNORE, fit)) {
                // Until the buffer is empty and its head close to the end.
            }
            assertTrue(mailbox.toLcore().finished(1, pool.frame(new byte[60])));
            assertTrue(mailbox.toLcore().finished(1, pool.frame(new byte[60])));
            mailbox.drain(pool);
        }
    }

    @Test
    void shouldHoldNoMoreFramesForManyLcoresThanForOne() {
        final int alone = fill(mailbox);
        for (int lcores = 2; lcores <= 64; lcores++) {
            final Mailboxes all = new Mailboxes(lcores);
            int together = 0;
            for (int lcore = 0; lcore < lcores; lcore++) {
                final int one = fill(all.of(lcore));
                assertTrue(one >= 20, one + " of " + lcores);
                together += one;
            }
            assertTrue(together <= alone, together + " of " + lcores + " lcores");
        }
    }

    private static int fill(ControlMailbox mailbox) {
        int frames = 0;
        while (mailbox.unresolved(7, 8, 6, 1, 2, 9, frames + 1L)) {
            frames++;
        }
        return frames;
    }

    @Test
    void shouldCountTheFramesOfAPortOnAllLcores() {
        final Mailboxes both = new Mailboxes(2);
        for (int i = 0; i < ControlMailbox.ASKED_A_PORT; i++) {
            assertTrue(both.of(i & 1).asked(3, i + 1L));
        }
        assertFalse(both.of(0).asked(3, 1));
        assertFalse(both.of(1).asked(3, 1));
        assertTrue(both.of(1).asked(4, 1));
        both.repaid(3, 1);
        assertTrue(both.of(1).asked(3, 1));
        assertFalse(both.of(0).asked(3, 1));

        for (int i = 0; i < ControlMailbox.SNOOPED_A_PORT; i++) {
            assertTrue(both.of(i & 1).snooped(3, 0, 0, 14, i + 1L));
        }
        assertFalse(both.of(0).snooped(3, 0, 0, 14, 1));
        final List<Integer> from = new ArrayList<>();
        final MessageHandler handler = both.of(1).handler((Shown frame) -> from.add(frame.lcore()));
        assertEquals(1, both.of(1).receiveSnooped(handler, 1));
        assertEquals(List.of(1), from);
        assertTrue(both.of(0).snooped(3, 0, 0, 14, 1));
        assertFalse(both.of(1).snooped(3, 0, 0, 14, 1));
    }

    @Test
    void shouldLetOneLcoreSpeakForAPort() {
        final Mailboxes three = new Mailboxes(3);
        assertEquals(3, three.size());
        for (int port = 0; port < 9; port++) {
            assertEquals(port % 3, three.speaker(port));
        }
    }

    @Test
    void shouldReceiveWhatLiesBehindTheEndOfTheBuffer() {
        int fit = 0;
        while (up(1)) {
            fit++;
        }
        for (int read = 0; read < fit; read += mailbox.receive(IGNORE, fit)) {
            // Until the buffer is empty and its head close to the end.
        }
        up(2);
        final int[] heard = new int[1];
        mailbox.receiveAll((type, buffer, at, length) -> heard[0]++);
        assertEquals(1, heard[0]);
    }
}
