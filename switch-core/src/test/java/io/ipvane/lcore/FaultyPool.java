// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.FramePool;

/** A pool that throws where a stage does not expect it: a defect made to order. */
final class FaultyPool implements FramePool {
    private final FramePool pool;
    boolean faultyPullUp;
    boolean faultyReplicate;
    boolean empty;

    FaultyPool(FramePool pool) {
        this.pool = pool;
    }

    @Override
    public long replicate(long mbuf) {
        if (faultyReplicate) {
            throw new IllegalStateException("replicate");
        }
        return empty ? 0 : pool.replicate(mbuf);
    }

    @Override
    public int mark(long mbuf) {
        return pool.mark(mbuf);
    }

    @Override
    public void mark(long mbuf, int mark) {
        pool.mark(mbuf, mark);
    }

    @Override
    public boolean pullUp(long mbuf, int bytes) {
        if (faultyPullUp) {
            throw new IllegalStateException("pullUp");
        }
        return pool.pullUp(mbuf, bytes);
    }

    @Override
    public long allocate(int length) {
        return empty ? 0 : pool.allocate(length);
    }

    @Override
    public long data(long mbuf) {
        return pool.data(mbuf);
    }

    @Override
    public int contiguous(long mbuf) {
        return pool.contiguous(mbuf);
    }

    @Override
    public int length(long mbuf) {
        return pool.length(mbuf);
    }

    @Override
    public int longest(long mbuf) {
        return pool.longest(mbuf);
    }

    @Override
    public void read(long mbuf, int from, long to, int bytes) {
        pool.read(mbuf, from, to, bytes);
    }

    @Override
    public boolean prepend(long mbuf, int bytes) {
        return pool.prepend(mbuf, bytes);
    }

    @Override
    public void removeFront(long mbuf, int bytes) {
        pool.removeFront(mbuf, bytes);
    }

    @Override
    public boolean checksumPending(long mbuf) {
        return pool.checksumPending(mbuf);
    }

    @Override
    public void finishChecksum(long mbuf) {
        pool.finishChecksum(mbuf);
    }

    @Override
    public int unfinishedFrom(long mbuf) {
        return pool.unfinishedFrom(mbuf);
    }

    @Override
    public int unfinishedField(long mbuf) {
        return pool.unfinishedField(mbuf);
    }

    @Override
    public void forgetUnfinished(long mbuf) {
        pool.forgetUnfinished(mbuf);
    }

    @Override
    public int sum(long mbuf, int from) {
        return pool.sum(mbuf, from);
    }

    @Override
    public int split(long mbuf, long frames, int most) {
        return pool.split(mbuf, frames, most);
    }

    @Override
    public void trim(long mbuf, int length) {
        pool.trim(mbuf, length);
    }

    @Override
    public void free(long mbufs, int count) {
        pool.free(mbufs, count);
    }

    @Override
    public void free(long mbuf) {
        pool.free(mbuf);
    }

    @Override
    public int available() {
        return pool.available();
    }
}
