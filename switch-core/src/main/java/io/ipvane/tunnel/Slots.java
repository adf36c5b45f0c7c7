// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.table.Grace;
import io.ipvane.table.Retirement;

/**
 * Numbers of slots that are free. One that was given back is given out again when no reader can
 * still look at what it held. Owned by the writer of the table.
 */
final class Slots {
    /** No slot is free, or will be before readers have moved on. */
    static final int NONE = -1;

    private final int capacity;
    private final Retirement retirement;

    /** Slots that rest, oldest first: number, and above 32 bits the batch. */
    private long[] resting = new long[64];

    private int head;
    private int count;
    private int touched;

    Slots(int capacity, Grace grace) {
        this.capacity = capacity;
        this.retirement = new Retirement(grace);
    }

    int take() {
        retirement.advance();
        if (count > 0 && retirement.isOver((int) (resting[head] >>> 32))) {
            final int slot = (int) resting[head];
            head = (head + 1) & (resting.length - 1);
            count--;
            return slot;
        }
        return touched == capacity ? NONE : touched++;
    }

    /** The caller has stored, with release, that nobody finds the slot any more. */
    void give(int slot) {
        if (count == resting.length) {
            grow();
        }
        resting[(head + count++) & (resting.length - 1)] = (long) retirement.batch() << 32 | slot;
        retirement.advance();
    }

    private void grow() {
        final long[] more = new long[2 * resting.length];
        for (int i = 0; i < count; i++) {
            more[i] = resting[(head + i) & (resting.length - 1)];
        }
        resting = more;
        head = 0;
    }

    /** Slots in use. */
    int used() {
        return touched - count;
    }
}
