// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.HotPath;
import io.ipvane.linux.Tap;
import io.ipvane.linux.TapQueue;
import io.ipvane.memory.Memory;
import java.util.function.IntConsumer;

/**
 * A TAP device of our own as a {@link Device}: an endpoint in a namespace, or the host port.
 *
 * <p>Rx queue <i>n</i> and tx queue <i>n</i> are the two halves of one TAP queue and may belong to
 * different lcores. A frame longer than one mbuf is received as a chain, and may be up to 64 KiB
 * long and without its transport checksum: its sender leaves both to the device (TSO, USO), which
 * leaves them to whoever the frame is transmitted by. The kernel's own queue holds 500 or 1,000
 * frames (the interface's {@code txqlen}) and drops, counted at the interface, when we are slow.
 */
@HotPath
public final class TapDevice implements Device {
    /** The kernel counts the Ethernet header to the 65,535 bytes that it takes. */
    private static final int MAX_MTU = 65_535 - 14;

    private final String name;
    private final Tap tap;
    private final TapQueue[] queues;
    private final IntConsumer changesMtu;
    private volatile int mtu;
    private volatile boolean carrier = true;

    /**
     * Opens all queues of a TAP device, which is closed after this by whoever has it.
     *
     * @param name the name in configuration and messages
     * @param mempool address of the pool for received frames; each queue keeps up to 65 of its
     *     mbufs
     * @param large address of the pool for what is longer than one of those, or 0; see {@link
     *     TapQueue}
     * @param mtu the MTU that the TAP has
     * @param changesMtu gives it another
     */
    public TapDevice(
            String name, Tap tap, long mempool, long large, int mtu, IntConsumer changesMtu) {
        this.name = name;
        this.tap = tap;
        this.mtu = mtu;
        this.changesMtu = changesMtu;
        this.queues = new TapQueue[tap.queues()];
        try {
            for (int i = 0; i < queues.length; i++) {
                queues[i] = new TapQueue(tap, i, mempool, large);
            }
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
        final TapQueue from = queues[queue];
        // Below zero the device was deleted under us: the watcher tells, and there is nothing to
        // take.
        final int size = Math.max(0, from.receive(burst.mbufs, Burst.MAX));
        long bytes = 0;
        for (int i = 0; i < size; i++) {
            bytes += from.length(i);
            burst.frame(
                    i,
                    Memory.i64(burst.mbufs + i * 8L),
                    from.data(i),
                    from.contiguous(i),
                    from.length(i));
        }
        burst.size = size;
        burst.bytes = bytes;
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
     * Sends frames; see {@link Device#transmit}. Frames that the device refuses because it is down
     * are accepted, freed and counted in {@link #transmitRefused}: they must be neither kept nor
     * tried again.
     */
    @Override
    public int transmit(int queue, long mbufs, int count) {
        return queues[queue].transmit(mbufs, count);
    }

    /**
     * Frames accepted on a tx queue and dropped because the device was down or gone. Any thread.
     */
    public long transmitRefused(int queue) {
        return queues[queue].transmitRefused();
    }

    @Override
    public long transmitLost() {
        long lost = 0;
        for (final TapQueue queue : queues) {
            lost += queue.transmitRefused();
        }
        return lost;
    }

    @Override
    public long dropped(DropReason reason) {
        return switch (reason) {
            case BurstDrop.DEV_DOWN -> transmitLost();
            case DeviceDrop.OFFLOAD_INVALID -> receiveInvalid();
            default -> 0;
        };
    }

    private long receiveInvalid() {
        long invalid = 0;
        for (final TapQueue queue : queues) {
            invalid += queue.receiveInvalid();
        }
        return invalid;
    }

    /** Bursts that were cut short because the pool was empty. */
    @Override
    public ReceiveLosses receiveLosses() {
        long cutShort = 0;
        for (final TapQueue queue : queues) {
            cutShort += queue.receiveNoMbuf();
        }
        return new ReceiveLosses(0, 0, cutShort);
    }

    @Override
    public long mac() {
        return tap.mac();
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int maxMtu() {
        return MAX_MTU;
    }

    @Override
    public void setMtu(int bytes) {
        changesMtu.accept(bytes);
        mtu = bytes;
    }

    /**
     * Shows or takes away carrier at the interface, for example with that of the uplink (CFG-10).
     */
    public void setCarrier(boolean on) {
        tap.setCarrier(on);
        carrier = on;
    }

    @Override
    public boolean isGone() {
        return tap.isGone();
    }

    @Override
    public boolean linkUp() {
        return carrier && tap.isUp();
    }

    @Override
    public void close() {
        for (final TapQueue queue : queues) {
            if (queue != null) {
                queue.close();
            }
        }
    }
}
