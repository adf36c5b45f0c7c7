// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.config.IdleMode;
import io.ipvane.linux.ReadySet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * What the lcores of a topology do without work, and who ends that. Filled before the first of them
 * starts and closed when the last has ended, by one thread; {@link #wake} and {@link #wakeAll} by
 * any.
 */
final class Sleepers implements AutoCloseable {
    private record Sleeper(ReadySet ready, RxQueues queues, Rest rest) {}

    private final IdleMode mode;
    private final List<Sleeper> all = new ArrayList<>();

    Sleepers(IdleMode mode) {
        this.mode = mode;
    }

    /**
     * What the next lcore does without work.
     *
     * @param queues that it takes from, or null where it takes its bursts from another lcore
     * @param settled whether all lcores have finished with all epochs before the present one
     * @param awoke told after each sleep, on the lcore's thread
     */
    IdleStrategy add(RxQueues queues, BooleanSupplier settled, Runnable awoke) {
        final ReadySet ready = new ReadySet();
        final Rest rest = new Rest(ready, queues, settled, awoke);
        all.add(new Sleeper(ready, queues, rest));
        if (queues != null) {
            queues.watch(ready);
        }
        return mode == IdleMode.BUSY ? BusySpinIdleStrategy.INSTANCE : rest;
    }

    /** There is something to do for the lcore at this place; none sleeps that was not started. */
    void wake(int lcore) {
        if (lcore < all.size()) {
            all.get(lcore).rest.wake();
        }
    }

    /** There is something to do for each lcore. */
    void wakeAll() {
        for (int i = 0; i < all.size(); i++) {
            wake(i);
        }
    }

    /** Lcores are about to be stopped: none sleeps any more. */
    void end() {
        all.forEach(each -> each.rest.end());
    }

    /** No lcore runs any more; queues may still be taken away. */
    @Override
    public void close() {
        for (Sleeper each : all) {
            if (each.queues != null) {
                each.queues.watch(null);
            }
            each.ready.close();
        }
    }
}
