// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.HotPath;
import io.ipvane.linux.XdpInterface;
import io.ipvane.linux.XdpSocket;

/**
 * A kernel interface as a device of the switch, through AF_XDP sockets of our own. A frame longer
 * than one mbuf is received as a chain; what a sender left to the device is finished on the way
 * out, as an AF_XDP frame has no header that could say so.
 *
 * <p>Owns the interface's sockets and closes them.
 */
@HotPath
public final class XdpDevice implements Device {
    private final String name;
    private final XdpInterface port;
    private final XdpSocket[] queues;
    private final long mac;

    /**
     * Takes over an open interface.
     *
     * @param name in configuration, counters and messages
     */
    public XdpDevice(String name, XdpInterface port) {
        this.name = name;
        this.port = port;
        this.queues = port.sockets().toArray(XdpSocket[]::new);
        this.mac = port.mac();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rxQueues() {
        return queues.length;
    }

    @Override
    public int txQueues() {
        return queues.length;
    }

    @Override
    public int receive(int queue, Burst burst) {
        final long taken = queues[queue].receive(burst.rows, Burst.MAX);
        final int size = (int) taken & 0xFF;
        burst.bytes = taken >>> 8;
        burst.size = size;
        return size;
    }

    @Override
    public int toldBy(int queue) {
        return queues[queue].descriptor();
    }

    @Override
    public boolean isDrained(int queue) {
        return queues[queue].isDrained();
    }

    @Override
    public int transmit(int queue, long mbufs, int count) {
        return queues[queue].transmit(mbufs, count);
    }

    @Override
    public long transmitLost() {
        return lost() + down();
    }

    @Override
    public long dropped(DropReason reason) {
        return switch (reason) {
            case BurstDrop.RING_FULL -> lost();
            case BurstDrop.DEV_DOWN -> down();
            default -> 0;
        };
    }

    private long lost() {
        long sum = 0;
        for (final XdpSocket queue : queues) {
            sum += queue.transmitLost();
        }
        return sum;
    }

    private long down() {
        long sum = 0;
        for (final XdpSocket queue : queues) {
            sum += queue.transmitDown();
        }
        return sum;
    }

    @Override
    public ReceiveLosses receiveLosses() {
        long missed = 0;
        long noMbuf = 0;
        for (final XdpSocket queue : queues) {
            missed += queue.receiveMissed();
            noMbuf += queue.receiveNoMbuf();
        }
        return new ReceiveLosses(missed, 0, noMbuf);
    }

    /** As it was when the interface was opened. */
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
    public boolean linkUp() {
        return port.isUp();
    }

    @Override
    public void close() {
        port.close();
    }
}
