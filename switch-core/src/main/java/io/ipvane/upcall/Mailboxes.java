// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import io.ipvane.burst.FramePool;
import java.util.stream.IntStream;

/**
 * A {@link ControlMailbox} for each lcore that transmits, by its number. A frame that an lcore has
 * handed up goes down again to the same lcore, which alone knows the rest of the frame's flow; so
 * frames of one flow also come back in their order.
 *
 * <p>Rings of an lcore's own, rather than one way up for all: each has one producer, so that a
 * message costs no atomic exchange; a flood on one lcore takes no room of another; and which lcore
 * a message is from needs no word of the message. All rings up together are as large as those of
 * one lcore alone would be, because frames in them are missing from the pool.
 *
 * <p>Immutable; any thread.
 */
public final class Mailboxes {
    private final PortQuota asked = new PortQuota(ControlMailbox.ASKED_A_PORT);
    private final ControlMailbox[] all;

    /** Empty mailboxes for so many lcores. */
    public Mailboxes(int lcores) {
        final PortQuota snooped = new PortQuota(ControlMailbox.SNOOPED_A_PORT);
        all =
                IntStream.range(0, lcores)
                        .mapToObj(lcore -> new ControlMailbox(lcore, lcores, snooped, asked))
                        .toArray(ControlMailbox[]::new);
    }

    /** Number of lcores. */
    public int size() {
        return all.length;
    }

    /** The mailbox of one lcore, from 0. */
    public ControlMailbox of(int lcore) {
        return all[lcore];
    }

    /**
     * The lcore that sends what the conductor itself has to say by a port: always the same one, so
     * that it is sent in order. Every lcore could, as each has a tx queue of every device.
     */
    public int speaker(int port) {
        return Math.floorMod(port, all.length);
    }

    /** Conductor: a port may ask about so many frames more. */
    public void repaid(int ingress, int frames) {
        asked.give(ingress, frames);
    }

    /** Frees every frame that nobody has fetched; lcores have stopped. Conductor thread. */
    public void drain(FramePool pool) {
        for (ControlMailbox mailbox : all) {
            mailbox.drain(pool);
        }
    }
}
