// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.device.Device;
import io.ipvane.memory.Memory;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A device whose queues are told apart: a frame comes in by one, and went out by one. */
final class QueuedDevice implements Device {
    /** A frame and the tx queue that it went by. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sent(int queue, byte[] frame) {}

    private final String name;
    private final MemoryPool pool;
    private final int txQueues;
    private final List<Queue<Long>> waiting = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();

    QueuedDevice(String name, int rxQueues, int txQueues, MemoryPool pool) {
        this.name = name;
        this.pool = pool;
        this.txQueues = txQueues;
        for (int i = 0; i < rxQueues; i++) {
            waiting.add(new ArrayDeque<>());
        }
    }

    synchronized void inject(int queue, byte[] frame) {
        waiting.get(queue).add(pool.frame(frame));
    }

    /** What went out since the last call, in its order. */
    synchronized List<Sent> sent() {
        final List<Sent> all = List.copyOf(sent);
        sent.clear();
        return all;
    }

    synchronized int waits() {
        return waiting.stream().mapToInt(Queue::size).sum();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rxQueues() {
        return waiting.size();
    }

    @Override
    public int txQueues() {
        return txQueues;
    }

    @Override
    public synchronized int receive(int queue, Burst burst) {
        int size = 0;
        long bytes = 0;
        while (size < Burst.MAX && !waiting.get(queue).isEmpty()) {
            final long mbuf = waiting.get(queue).remove();
            burst.frame(size, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
            bytes += pool.length(mbuf);
            size++;
        }
        burst.size = size;
        burst.bytes = bytes;
        return size;
    }

    @Override
    public synchronized int transmit(int queue, long mbufs, int count) {
        for (int i = 0; i < count; i++) {
            final long mbuf = Memory.i64(mbufs + i * 8L);
            sent.add(new Sent(queue, pool.bytes(mbuf)));
            pool.free(mbuf);
        }
        return count;
    }

    @Override
    public long mac() {
        return Frames.OWN;
    }

    @Override
    public int mtu() {
        return 1500;
    }

    @Override
    public boolean linkUp() {
        return true;
    }

    @Override
    public synchronized void close() {
        waiting.forEach(each -> each.forEach(pool::free));
        waiting.forEach(Queue::clear);
    }
}
