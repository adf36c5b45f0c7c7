// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;

/**
 * Stands in the place of a device that is not there yet, or not any more: it gives no frame, takes
 * none and has no link. The ports on it stay, as with a cable that is not plugged in.
 *
 * @param name in configuration, counters and messages
 * @param queues rx queues, and as many tx queues
 * @param mac that its ports have meanwhile
 * @param mtu that its ports have meanwhile, in bytes of an L3 packet
 */
public record AbsentDevice(String name, int queues, long mac, int mtu) implements Device {
    @Override
    public int rxQueues() {
        return queues;
    }

    @Override
    public int txQueues() {
        return queues;
    }

    @Override
    public int receive(int queue, Burst burst) {
        burst.bytes = 0;
        burst.size = 0;
        return 0;
    }

    @Override
    public int transmit(int queue, long mbufs, int count) {
        return 0;
    }

    @Override
    public boolean linkUp() {
        return false;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
