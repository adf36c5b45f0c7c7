// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

/**
 * Which deleted slots have outlived their readers, at one int a slot. Deletions are gathered into
 * numbered batches and one ticket is drawn for a whole batch, after its last deletion: while one
 * batch waits, the next one fills. A slot is therefore free after one grace period at best and two
 * at worst, no queue is kept, and however fast addresses come and go a stuck reader costs nothing
 * but slots.
 *
 * <p>Batch numbers wrap. A slot that lies unused for 2<sup>31</sup> batches looks busy for as many
 * more: it is wasted for a while, never handed out too early.
 *
 * <p>Owned by the writer of the table.
 */
public final class Retirement {
    private final Grace grace;
    private int filling = 1;
    private boolean fillingHasSlots;
    private boolean waiting;
    private long ticket;
    private int passed;

    /** Nothing is deleted yet. */
    public Retirement(Grace grace) {
        this.grace = grace;
    }

    /** The number to remember with a slot whose deletion the caller has just stored. */
    public int batch() {
        fillingHasSlots = true;
        return filling;
    }

    /** Whether no reader is left that could have seen what a slot of this batch held. */
    public boolean isOver(int batch) {
        return batch - passed <= 0;
    }

    /** Closes the batch that waits if its readers are done, and lets the next one wait. */
    public void advance() {
        if (waiting && grace.passed(ticket)) {
            waiting = false;
            passed = filling - 1;
        }
        if (!waiting && fillingHasSlots) {
            ticket = grace.retire();
            waiting = true;
            filling++;
            fillingHasSlots = false;
        }
    }
}
