// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.HotPath;
import io.ipvane.linux.XdpInterface;
import io.ipvane.linux.XdpSocket;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

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
    private final IntFunction<XdpInterface> opener;
    private final long mac;

    /** What sockets that are closed have lost. */
    private final AtomicLong lostBefore = new AtomicLong();

    private final AtomicLong downBefore = new AtomicLong();
    private final AtomicLong missedBefore = new AtomicLong();
    private final AtomicLong noMbufBefore = new AtomicLong();

    /** Changed while no lcore uses the queues. */
    private volatile XdpInterface port;

    private boolean noticed;
    private XdpSocket[] queues;
    private volatile boolean gone;

    /**
     * Opens an interface.
     *
     * @param name in configuration, counters and messages
     * @param mtu largest L3 packet in bytes; 0: as the interface has it
     * @param opener opens it with an MTU
     */
    public XdpDevice(String name, int mtu, IntFunction<XdpInterface> opener) {
        this.name = name;
        this.opener = opener;
        use(opener.apply(mtu));
        this.mac = port.mac();
    }

    private void use(XdpInterface opened) {
        queues = opened.sockets();
        port = opened;
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
            case BurstDrop.DEV_DOWN -> down();
            case DeviceDrop.TX_REFUSED -> lost();
            case DeviceDrop.RX_OVERFLOW -> missed();
            default -> 0;
        };
    }

    private long lost() {
        long sum = lostBefore.get();
        for (final XdpSocket queue : queues) {
            sum += queue.transmitLost();
        }
        return sum;
    }

    private long down() {
        long sum = downBefore.get();
        for (final XdpSocket queue : queues) {
            sum += queue.transmitDown();
        }
        return sum;
    }

    private long missed() {
        long sum = missedBefore.get();
        for (final XdpSocket queue : queues) {
            sum += queue.receiveMissed();
        }
        return sum;
    }

    /** What overflowed is a drop as well, {@link DeviceDrop#RX_OVERFLOW}. */
    @Override
    public ReceiveLosses receiveLosses() {
        long noMbuf = noMbufBefore.get();
        for (final XdpSocket queue : queues) {
            noMbuf += queue.receiveNoMbuf();
        }
        return new ReceiveLosses(missed(), 0, noMbuf);
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

    /** A closed socket has no memory to read its counters from: they are noted before. */
    @Override
    public void reopen(int bytes) {
        final int before = port.mtu();
        final ReceiveLosses losses = receiveLosses();
        final long lost = lost();
        final long down = down();
        final XdpInterface old = port;
        queues = new XdpSocket[0];
        missedBefore.set(losses.missed());
        noMbufBefore.set(losses.noMbuf());
        lostBefore.set(lost);
        downBefore.set(down);
        old.close();
        try {
            use(opener.apply(bytes));
        } catch (RuntimeException e) {
            openAgain(before, e);
            throw e;
        }
    }

    private void openAgain(int mtu, RuntimeException why) {
        try {
            use(opener.apply(mtu));
        } catch (RuntimeException e) {
            why.addSuppressed(e);
            gone = true;
        }
    }

    @Override
    public String notice() {
        long unfinished = 0;
        for (final XdpSocket queue : queues) {
            unfinished += queue.receiveUnfinished();
        }
        if (noticed || unfinished == 0) {
            return "";
        }
        noticed = true;
        return unfinished
                + " frames came with an unfinished checksum, which AF_XDP does not tell: it is recognised"
                + " by its value and finished here; what is longer than the MTU and to be split is lost."
                + " Switch that off where they come from (ethtool -K IF tx off), or use af_packet";
    }

    @Override
    public boolean isGone() {
        return gone;
    }

    @Override
    public boolean linkUp() {
        return !gone && port.isUp();
    }

    @Override
    public void close() {
        port.close();
    }
}
