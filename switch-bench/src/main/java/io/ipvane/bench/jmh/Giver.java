// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.dpdk.LcoreThread;
import java.util.function.BooleanSupplier;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A thread on the first CPU that gives as fast as it can, while the benchmark's takes on the last.
 * Neither is pinned before the first {@link #start}, as the one would inherit it from the other.
 */
@State(Scope.Thread)
public class Giver {
    private Thread thread;
    private LcoreThread taker;
    private volatile boolean stopped;

    /** Starts to give; from the second call on does nothing. */
    void start(BooleanSupplier give) {
        if (thread == null) {
            Lcore.startEal();
            thread = Thread.ofPlatform().name("giver").daemon().start(() -> run(give));
            taker = LcoreThread.register(Lcore.last());
        }
    }

    @SuppressWarnings("try") // The lcore is registered for as long as the block runs.
    private void run(BooleanSupplier give) {
        try (LcoreThread lcore = LcoreThread.register(Lcore.first())) {
            while (!stopped) {
                if (!give.getAsBoolean()) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @TearDown
    public void stop() throws InterruptedException {
        stopped = true;
        thread.join();
        taker.close();
    }
}
