// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import io.ipvane.burst.Burst;
import io.ipvane.device.Device;
import io.ipvane.device.ReceiveLosses;
import io.ipvane.memory.Memory;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.IntArrayList;

/**
 * A device whose wire is a test: what is injected is received, what is transmitted is kept until
 * the test takes it. {@link #repeat} and {@link #discardTransmitted} turn it into an endless source
 * and sink that allocate nothing on the heap.
 *
 * <p>Closing frees everything it holds, so the pool's balance then tells whether the switch leaked.
 * All queues give the same frames, but those injected into one of them. Any thread.
 */
public final class MemoryDevice implements Device {
    private static final int DEFAULT_CAPACITY = 4096;

    private final String name;
    private final long mac;
    private final MemoryPool pool;
    private final MbufQueue waiting = new MbufQueue();
    private final List<MbufQueue> waitingAt = new ArrayList<>();
    private final MbufQueue kept = new MbufQueue();
    private final IntArrayList keptBy = new IntArrayList();
    private byte[][] repeated = {};
    private int nextRepeated;
    private int capacity = DEFAULT_CAPACITY;
    private boolean discarding;
    private int mtu = 1500;
    private boolean linkUp = true;
    private long receivedFrames;
    private long transmittedFrames;
    private long refusedFrames;
    private int queues = 1;
    private volatile ReceiveLosses losses = ReceiveLosses.NONE;

    /**
     * A frame that was transmitted.
     *
     * @param queue that it went by
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Sent(int queue, byte[] frame) {}

    /**
     * A device that is up, with an MTU of 1,500 bytes and room for 4,096 transmitted frames.
     *
     * @param mac as {@link Memory#mac} reads it
     */
    public MemoryDevice(String name, long mac, MemoryPool pool) {
        this.name = name;
        this.mac = mac;
        this.pool = pool;
    }

    /** Lets a frame come in, one segment an array. */
    public synchronized void inject(byte[]... segments) {
        waiting.add(pool.frame(segments));
    }

    /** As {@link #inject}, by one of several rx queues and no other. */
    public synchronized void injectAt(int queue, byte[]... segments) {
        while (waitingAt.size() <= queue) {
            waitingAt.add(new MbufQueue());
        }
        waitingAt.get(queue).add(pool.frame(segments));
    }

    /** As {@link #inject}, of a frame that is to be split into frames of so many bytes at most. */
    public synchronized void injectToSplit(int longest, byte[]... segments) {
        final long mbuf = pool.frame(segments);
        pool.longest(mbuf, longest);
        waiting.add(mbuf);
    }

    /** Lets these frames come in over and over, a full burst a call; none ends that. */
    public synchronized void repeat(byte[]... frames) {
        repeated = frames.clone();
        nextRepeated = 0;
    }

    /** Frames injected and not yet received. */
    public synchronized int waiting() {
        return waiting.size() + waitingAt.stream().mapToInt(MbufQueue::size).sum();
    }

    /** Takes all frames transmitted since the last call, oldest first. */
    public List<byte[]> transmitted() {
        return sent().stream().map(Sent::frame).toList();
    }

    /** As {@link #transmitted}, each with the queue that it went by. */
    public synchronized List<Sent> sent() {
        final List<Sent> out = new ArrayList<>(kept.size());
        for (int i = 0; kept.size() > 0; i++) {
            final long mbuf = kept.remove();
            out.add(new Sent(keptBy.getInt(i), pool.bytes(mbuf)));
            pool.free(mbuf);
        }
        keptBy.clear();
        return out;
    }

    /** Frees what is transmitted at once instead of keeping it. */
    public synchronized void discardTransmitted(boolean discard) {
        discarding = discard;
    }

    /** Accepts no more than this many kept frames; 0 refuses every frame. */
    public synchronized void capacity(int frames) {
        capacity = frames;
    }

    /** Sets the MTU in bytes. */
    public synchronized void mtu(int bytes) {
        mtu = bytes;
    }

    /** Plugs the cable in or pulls it. Frames still come and go: a driver may lag behind. */
    public synchronized void linkUp(boolean up) {
        linkUp = up;
    }

    /** Frames given by {@link #receive} so far. */
    public synchronized long receivedFrames() {
        return receivedFrames;
    }

    /** Frames accepted by {@link #transmit} so far. */
    public synchronized long transmittedFrames() {
        return transmittedFrames;
    }

    /** Frames refused by {@link #transmit} so far. */
    public synchronized long refusedFrames() {
        return refusedFrames;
    }

    @Override
    public String name() {
        return name;
    }

    /** Claims to have several queues; {@link #inject} lets a frame come by whichever is asked. */
    public synchronized void queues(int count) {
        queues = count;
    }

    @Override
    public synchronized int rxQueues() {
        return queues;
    }

    @Override
    public synchronized int txQueues() {
        return queues;
    }

    @Override
    public synchronized int receive(int queue, Burst burst) {
        int size = 0;
        long bytes = 0;
        while (size < Burst.MAX) {
            final long mbuf = nextReceived(queue);
            if (mbuf == 0) {
                break;
            }
            burst.frame(size, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
            bytes += pool.length(mbuf);
            size++;
        }
        burst.size = size;
        burst.bytes = bytes;
        receivedFrames += size;
        return size;
    }

    private long nextReceived(int queue) {
        if (queue < waitingAt.size() && waitingAt.get(queue).size() > 0) {
            return waitingAt.get(queue).remove();
        }
        if (waiting.size() > 0) {
            return waiting.remove();
        }
        if (repeated.length == 0) {
            return 0;
        }
        final byte[] bytes = repeated[nextRepeated];
        final long mbuf = pool.allocate(bytes.length);
        if (mbuf != 0) {
            Memory.put(pool.data(mbuf), bytes);
            nextRepeated = (nextRepeated + 1) % repeated.length;
        }
        return mbuf;
    }

    @Override
    public synchronized int transmit(int queue, long mbufs, int count) {
        final int accepted = discarding ? count : Math.min(count, capacity - kept.size());
        if (discarding) {
            pool.free(mbufs, accepted);
        } else {
            for (int i = 0; i < accepted; i++) {
                kept.add(Memory.i64(mbufs + i * 8L));
                keptBy.addInt(queue);
            }
        }
        transmittedFrames += Math.max(accepted, 0);
        refusedFrames += count - Math.max(accepted, 0);
        return Math.max(accepted, 0);
    }

    /** Says from now on that this was lost before the switch saw it. */
    public void losesBeforeReceiving(ReceiveLosses now) {
        losses = now;
    }

    @Override
    public ReceiveLosses receiveLosses() {
        return losses;
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public synchronized int mtu() {
        return mtu;
    }

    @Override
    public synchronized boolean linkUp() {
        return linkUp;
    }

    @Override
    public synchronized void close() {
        waiting.freeAll(pool);
        waitingAt.forEach(queue -> queue.freeAll(pool));
        kept.freeAll(pool);
        repeated = new byte[0][];
        linkUp = false;
    }
}
