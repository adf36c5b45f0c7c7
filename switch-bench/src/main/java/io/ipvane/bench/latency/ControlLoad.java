// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import io.ipvane.bench.harness.BenchSwitch;
import io.ipvane.control.Command;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.concurrent.locks.LockSupport;

/**
 * A control plane that is kept busy, so that the collector has work while frames flow: {@value
 * #CHANGES_A_MILLISECOND} addresses a millisecond come and go, and a thread makes {@value
 * #GARBAGE_A_MILLISECOND} objects of {@value #OBJECT} bytes a millisecond, the last {@value #KEPT}
 * of which live: 100 MB/s over 50 MB.
 */
final class ControlLoad implements AutoCloseable {
    private static final int CHANGES_A_MILLISECOND = 10;
    private static final int GARBAGE_A_MILLISECOND = 100;
    private static final int OBJECT = 1_000;
    private static final int KEPT = 50_000;
    private static final int ADDRESSES = 1_000;
    private static final int FIRST = 0x0A01_0000;

    private final BenchSwitch under;
    private final byte[][] kept = new byte[KEPT][];
    private volatile boolean stop;
    private Thread thread;

    private ControlLoad(BenchSwitch under) {
        this.under = under;
    }

    /** Starts the load {@code busy}, or nothing for {@code idle}. */
    static ControlLoad start(String load, BenchSwitch under) {
        final ControlLoad it = new ControlLoad(under);
        if (load.equals("busy")) {
            it.thread = Thread.ofPlatform().name("control-load").start(it::run);
        }
        return it;
    }

    private void run() {
        int change = 0;
        int slot = 0;
        long due = System.nanoTime();
        while (!stop) {
            for (int i = 0; i < CHANGES_A_MILLISECOND; i++) {
                under.tell(change(change++));
            }
            for (int i = 0; i < GARBAGE_A_MILLISECOND; i++) {
                kept[slot] = new byte[OBJECT];
                slot = (slot + 1) % KEPT;
            }
            due += 1_000_000;
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    /** All addresses come, then all go. */
    private static Command change(int i) {
        final IpAddress address = IpAddress.ipv4(FIRST + i % ADDRESSES);
        return i / ADDRESSES % 2 == 0
                ? new Command.AddressAdded(1, new IpPrefix(address, 32), true)
                : new Command.AddressRemoved(1, address);
    }

    @Override
    public void close() {
        stop = true;
        if (thread != null) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
