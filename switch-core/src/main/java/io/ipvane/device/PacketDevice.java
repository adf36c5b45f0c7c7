// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.HotPath;
import io.ipvane.linux.PacketQueue;
import io.ipvane.linux.PacketSocket;
import io.ipvane.pipeline.ParseDrop;
import java.util.function.ToLongFunction;

/**
 * A kernel interface through packet sockets of our own: what the interface receives comes in here,
 * and what is sent here leaves by its queueing discipline and filters.
 *
 * <p>Rx queue <i>n</i> and tx queue <i>n</i> are the two halves of one socket and may belong to
 * different lcores. As with a {@link TapDevice}, a frame may be up to 64 KiB long and without its
 * transport checksum in both directions: the kernel, or the card below it, splits and finishes what
 * has to be. Its VLAN tags are in it.
 *
 * <p>Owns the sockets and closes them. The interface is the uplink's while they are open.
 */
@HotPath
public final class PacketDevice implements Device {
    /** What an IPv4 packet may be long; the interface's driver may take less. */
    private static final int MAX_MTU = 65_535;

    private final String name;
    private final PacketSocket socket;
    private final PacketQueue[] queues;
    private final long mac;
    private volatile int mtu;

    /**
     * Takes over open sockets; where this fails they are closed.
     *
     * @param name in configuration, counters and messages
     * @param mempool address of the pool for received frames; each queue keeps up to 96 of its
     *     mbufs
     * @param large address of the pool for what is longer than one of those, or 0
     */
    public PacketDevice(String name, PacketSocket socket, long mempool, long large) {
        this.name = name;
        this.socket = socket;
        this.queues = new PacketQueue[socket.queues()];
        try {
            for (int i = 0; i < queues.length; i++) {
                queues[i] = new PacketQueue(socket, i, mempool, large);
            }
            mac = socket.mac();
            mtu = socket.mtu();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
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

    /** Not so where the pool is empty, or frames were dropped for what they asked for. */
    @Override
    public boolean isDrained(int queue) {
        return queues[queue].isDrained();
    }

    /**
     * Sends frames; see {@link Device#transmit}. What the interface refuses is accepted, freed and
     * counted: it must be neither kept nor tried again.
     */
    @Override
    public int transmit(int queue, long mbufs, int count) {
        return queues[queue].transmit(mbufs, count);
    }

    @Override
    public long transmitLost() {
        return sum(PacketQueue::transmitDown) + sum(PacketQueue::transmitRefused);
    }

    @Override
    public long dropped(DropReason reason) {
        return switch (reason) {
            case BurstDrop.DEV_DOWN -> sum(PacketQueue::transmitDown);
            case DeviceDrop.TX_REFUSED -> sum(PacketQueue::transmitRefused);
            case DeviceDrop.OFFLOAD_INVALID -> sum(PacketQueue::receiveInvalid);
            case DeviceDrop.RX_OVERFLOW -> socket.dropped();
            case BurstDrop.POOL_EMPTY -> sum(PacketQueue::receiveLost);
            case ParseDrop.TRUNCATED -> sum(PacketQueue::receiveCut);
            default -> 0;
        };
    }

    private long sum(ToLongFunction<PacketQueue> counter) {
        long sum = 0;
        for (final PacketQueue queue : queues) {
            sum += counter.applyAsLong(queue);
        }
        return sum;
    }

    /** What overflowed is a drop as well, {@link DeviceDrop#RX_OVERFLOW}. */
    @Override
    public ReceiveLosses receiveLosses() {
        return new ReceiveLosses(
                socket.dropped(), sum(PacketQueue::receiveCut), sum(PacketQueue::receiveNoMbuf));
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    /** A packet socket takes frames of any length. */
    @Override
    public int maxMtu() {
        return MAX_MTU;
    }

    /** Changes that of the interface. */
    @Override
    public void setMtu(int bytes) {
        socket.setMtu(bytes);
        mtu = bytes;
    }

    @Override
    public boolean linkUp() {
        return socket.isUp();
    }

    @Override
    public void close() {
        for (final PacketQueue queue : queues) {
            if (queue != null) {
                queue.close();
            }
        }
        socket.close();
    }
}
