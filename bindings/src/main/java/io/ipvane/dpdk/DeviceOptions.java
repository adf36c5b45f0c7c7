// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

/**
 * What is asked of a device.
 *
 * @param queues rx queues, and as many tx queues
 * @param mtu largest L3 packet in bytes; 0: 1,500
 * @param ringSize descriptors of every queue, rounded to what the driver takes
 * @param promiscuous whether frames to any MAC are taken
 */
public record DeviceOptions(int queues, int mtu, int ringSize, boolean promiscuous) {
    /** One queue, the device's own MTU, rings of 1,024, every frame. */
    public static final DeviceOptions DEFAULT = new DeviceOptions(1, 0, 1024, true);

    /** These, with another number of queues. */
    public DeviceOptions withQueues(int number) {
        return new DeviceOptions(number, mtu, ringSize, promiscuous);
    }

    /** These, with another MTU. */
    public DeviceOptions withMtu(int bytes) {
        return new DeviceOptions(queues, bytes, ringSize, promiscuous);
    }
}
