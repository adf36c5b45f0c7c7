// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.device.Device;

/**
 * One rx queue of one device, and the port it stands for. Polled by exactly one lcore.
 *
 * @param device gives the frames
 * @param queue number of the queue, from 0
 * @param port index of the port, uplink or host port
 */
public record RxQueue(Device device, int queue, int port) {
    /** The name in plans and messages: {@code web:0}. */
    public String name() {
        return device.name() + ":" + queue;
    }
}
