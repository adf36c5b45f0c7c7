// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.HotPath;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.PortStats;

/**
 * A DPDK port as a device of the switch. One native call takes a burst and fills the device's part
 * of its rows.
 *
 * <p>Owns the port and closes it. What the drivers do to a frame stands in {@link EthDevice}.
 */
@HotPath
public final class DpdkDevice implements Device {
    private final String name;
    private final EthDevice port;
    private final long mac;

    /**
     * Takes over an open port.
     *
     * @param name in configuration, counters and messages
     */
    public DpdkDevice(String name, EthDevice port) {
        this.name = name;
        this.port = port;
        this.mac = port.mac();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rxQueues() {
        return port.queues();
    }

    @Override
    public int txQueues() {
        return port.queues();
    }

    @Override
    public int receive(int queue, Burst burst) {
        final long taken = port.receive(queue, burst.rows, Burst.MAX);
        final int size = (int) taken & 0xFF;
        burst.bytes = taken >>> 8;
        burst.size = size;
        return size;
    }

    @Override
    public int transmit(int queue, long mbufs, int count) {
        return port.transmit(queue, mbufs, count);
    }

    @Override
    public long transmitLost() {
        return port.transmitLost();
    }

    @Override
    public long dropped(DropReason reason) {
        return reason == BurstDrop.RING_FULL ? transmitLost() : 0;
    }

    /** As it was when the port was opened. */
    @Override
    public long mac() {
        return mac;
    }

    @Override
    public int mtu() {
        return port.mtu();
    }

    @Override
    public int maxMtu() {
        return port.maxMtu();
    }

    @Override
    public void setMtu(int bytes) {
        port.setMtu(bytes);
    }

    @Override
    public void reopen(int bytes) {
        port.reopen(bytes);
    }

    @Override
    public boolean isGone() {
        return port.isGone();
    }

    @Override
    public boolean linkUp() {
        return port.linkUp();
    }

    /** The driver's counters. */
    PortStats stats() {
        return port.stats();
    }

    /** As the driver counts; a driver that cannot, of a card that was unplugged say, has none. */
    @Override
    public ReceiveLosses receiveLosses() {
        try {
            final PortStats stats = stats();
            return new ReceiveLosses(stats.rxMissed(), stats.rxErrors(), stats.rxNoMbuf());
        } catch (DpdkException e) {
            return ReceiveLosses.NONE;
        }
    }

    @Override
    public void close() {
        port.close();
    }
}
