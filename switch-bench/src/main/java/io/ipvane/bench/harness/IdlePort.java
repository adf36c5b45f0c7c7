// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.harness;

import io.ipvane.burst.Burst;
import io.ipvane.device.Device;
import io.ipvane.linux.Wakeup;

/**
 * A port that says nothing, and has a descriptor that would tell if it did, as a TAP has. Sends by
 * the tx queues of another device.
 */
public final class IdlePort implements Device {
    private final String name;
    private final Device to;
    private final Wakeup told = new Wakeup();

    /** A port that sends by {@code to}. */
    public IdlePort(String name, Device to) {
        this.name = name;
        this.to = to;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rxQueues() {
        return 1;
    }

    @Override
    public int txQueues() {
        return to.txQueues();
    }

    @Override
    public int receive(int queue, Burst burst) {
        burst.size = 0;
        return 0;
    }

    @Override
    public int toldBy(int queue) {
        return told.descriptor();
    }

    @Override
    public int transmit(int queue, long mbufs, int count) {
        return to.transmit(queue, mbufs, count);
    }

    @Override
    public long mac() {
        return to.mac();
    }

    @Override
    public int mtu() {
        return to.mtu();
    }

    @Override
    public boolean linkUp() {
        return true;
    }

    @Override
    public void close() {
        told.close();
    }
}
