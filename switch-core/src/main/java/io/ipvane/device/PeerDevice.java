// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.HotPath;
import io.ipvane.dpdk.PeerPort;

/**
 * A machine or program that shares its memory, by vhost-user or memif, as a device of the switch.
 *
 * <p>Rx queue <i>n</i> is the ring that the peer sends by as its queue <i>n</i>. What is
 * transmitted goes to the peer's receiving rings by flow, whatever the tx queue. Over vhost-user a
 * frame may be 64 KiB long and without its transport checksum in both directions, as with a {@link
 * TapDevice}; a peer that has not agreed to that gets finished ones.
 *
 * <p>Owns the port and closes it.
 */
@HotPath
public final class PeerDevice implements Device {
    private static final int MAX_MTU = 65_535;

    private final String name;
    private final PeerPort port;
    private final long mac;
    private final int mtu;

    /**
     * Takes over an open port.
     *
     * @param name in configuration, counters and messages
     * @param mac of the uplink: the protocols do not tell that of the peer
     * @param mtu as configured: what is longer is not sent here
     */
    public PeerDevice(String name, PeerPort port, long mac, int mtu) {
        this.name = name;
        this.port = port;
        this.mac = mac;
        this.mtu = mtu;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rxQueues() {
        return port.rxQueues();
    }

    @Override
    public int txQueues() {
        return port.txQueues();
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
        return port.droppedDown() + port.droppedFull();
    }

    @Override
    public long dropped(DropReason reason) {
        return switch (reason) {
            case BurstDrop.DEV_DOWN -> port.droppedDown();
            case BurstDrop.RING_FULL -> port.droppedFull();
            case DeviceDrop.OFFLOAD_INVALID -> port.receiveInvalid();
            default -> 0;
        };
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    /** A ring takes frames of any length. */
    @Override
    public int maxMtu() {
        return MAX_MTU;
    }

    /** Whether somebody is connected and takes frames. */
    @Override
    public boolean linkUp() {
        return port.isUp();
    }

    @Override
    public void close() {
        port.close();
    }
}
