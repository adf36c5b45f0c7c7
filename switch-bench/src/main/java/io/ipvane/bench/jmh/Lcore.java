// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.LcoreThread;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Makes the benchmark's thread one of DPDK's, pinned to the last CPU: the first one has the
 * interrupts. Without this mempools run without their cache, at half the speed. Says how much of
 * its CPU it had.
 */
@State(Scope.Thread)
public class Lcore {
    private LcoreThread thread;

    @Setup
    public void register() {
        startEal();
        thread = LcoreThread.register(last());
    }

    @Setup(Level.Iteration)
    public void begin() {
        CpuShare.begin();
    }

    @TearDown(Level.Iteration)
    public void end() {
        CpuShare.end();
    }

    /** Starts DPDK unless this process has done so; it then lives as long as the process. */
    @SuppressWarnings("resource") // the fork ends with the measurement
    static synchronized void startEal() {
        if (!Eal.running()) {
            Eal.start(EalOptions.of(EalOptions.Hugepages.AUTO));
        }
    }

    /** The CPU of the thread that is measured. */
    static int last() {
        return LcoreThread.allowedCpus().length() - 1;
    }

    /** The CPU of its counterpart where there is one: another one if the machine has two. */
    static int first() {
        return LcoreThread.allowedCpus().nextSetBit(0);
    }

    @TearDown
    public void unregister() {
        thread.close();
    }
}
