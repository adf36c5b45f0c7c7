// SPDX-License-Identifier: Apache-2.0
package io.ipvane.stress;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Things with native memory that a test goes through by the million, and that are as good as new
 * when they are empty: made when none is left, and given back by the arbiter of a test.
 */
public final class Reused<T> {
    private final Queue<T> free = new ConcurrentLinkedQueue<>();
    private final Supplier<T> make;

    public Reused(Supplier<T> make) {
        this.make = make;
    }

    public T take() {
        final T one = free.poll();
        return one == null ? make.get() : one;
    }

    public void give(T one) {
        free.add(one);
    }
}
