// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.harness;

import io.ipvane.burst.Burst;
import io.ipvane.device.Device;

/**
 * A port that only takes frames, by the tx queues of another device: with a ring behind that,
 * frames go round. Has no rx queue, so that nobody polls it.
 */
public record SendOnly(String name, Device to) implements Device {
    @Override
    public int rxQueues() {
        return 0;
    }

    @Override
    public int txQueues() {
        return to.txQueues();
    }

    @Override
    public int receive(int queue, Burst burst) {
        return 0;
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
        // Its owner closes the device behind.
    }
}
