// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.MbufLayout;
import io.ipvane.dpdk.PortStats;
import io.ipvane.memory.Memory;

/**
 * A DPDK port as a device of the switch. One native call takes a burst of mbuf addresses straight
 * into {@link Burst#mbufs}; one loop then reads the columns out of the mbufs.
 *
 * <p>Owns the port and closes it. What the drivers do to a frame stands in {@link EthDevice}.
 */
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
        final int size = port.receive(queue, burst.mbufs, Burst.MAX);
        final long mbufs = burst.mbufs;
        final long[] data = burst.data;
        final int[] contiguous = burst.contiguous;
        final int[] length = burst.length;
        for (int i = 0; i < size; i++) {
            final long mbuf = Memory.i64(mbufs + i * 8L);
            data[i] =
                    Memory.i64(mbuf + MbufLayout.BUF_ADDR) + Memory.u16(mbuf + MbufLayout.DATA_OFF);
            contiguous[i] = Memory.u16(mbuf + MbufLayout.DATA_LEN);
            length[i] = Memory.i32(mbuf + MbufLayout.PKT_LEN);
        }
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
        return reason == DropReason.RING_FULL ? transmitLost() : 0;
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
    public boolean linkUp() {
        return port.linkUp();
    }

    /** The driver's counters. */
    public PortStats stats() {
        return port.stats();
    }

    @Override
    public void close() {
        port.close();
    }
}
