// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.dpdk.MbufLayout;
import io.ipvane.dpdk.Mempool;
import io.ipvane.dpdk.TxOffload;
import io.ipvane.memory.Memory;
import io.ipvane.packet.InternetChecksum;

/**
 * Frames from a DPDK mempool. Reading an mbuf is a load; what allocates, frees or changes segments
 * is one short native call.
 *
 * <p>Does not own the mempool: who made it closes it.
 */
@HotPath
public final class MbufPool implements FramePool {
    private final Mempool pool;

    /** Over a mempool that lives longer. */
    public MbufPool(Mempool pool) {
        this.pool = pool;
    }

    @Override
    public long allocate(int length) {
        return pool.allocate(length);
    }

    @Override
    public long data(long mbuf) {
        return Memory.i64(mbuf + MbufLayout.BUF_ADDR) + Memory.u16(mbuf + MbufLayout.DATA_OFF);
    }

    @Override
    public int contiguous(long mbuf) {
        return Memory.u16(mbuf + MbufLayout.DATA_LEN);
    }

    @Override
    public int length(long mbuf) {
        return Memory.i32(mbuf + MbufLayout.PKT_LEN);
    }

    @Override
    public int longest(long mbuf) {
        return TxOffload.longest(mbuf);
    }

    @Override
    public long replicate(long mbuf) {
        return pool.replicate(mbuf);
    }

    @Override
    public boolean pullUp(long mbuf, int bytes) {
        return bytes <= contiguous(mbuf) || Mempool.pullUp(mbuf, bytes);
    }

    @Override
    public void read(long mbuf, int from, long to, int bytes) {
        if (from + bytes <= contiguous(mbuf)) {
            Memory.copy(data(mbuf) + from, to, bytes);
        } else {
            Mempool.read(mbuf, from, to, bytes);
        }
    }

    @Override
    public boolean prepend(long mbuf, int bytes) {
        final int room = Memory.u16(mbuf + MbufLayout.DATA_OFF);
        if (room < bytes) {
            return false;
        }
        moveFront(mbuf, room - bytes, bytes);
        return true;
    }

    @Override
    public void removeFront(long mbuf, int bytes) {
        moveFront(mbuf, Memory.u16(mbuf + MbufLayout.DATA_OFF) + bytes, -bytes);
    }

    private static void moveFront(long mbuf, int offset, int longer) {
        Memory.put16(mbuf + MbufLayout.DATA_OFF, offset);
        Memory.put16(mbuf + MbufLayout.DATA_LEN, Memory.u16(mbuf + MbufLayout.DATA_LEN) + longer);
        Memory.put32(mbuf + MbufLayout.PKT_LEN, Memory.i32(mbuf + MbufLayout.PKT_LEN) + longer);
        TxOffload.moveFront(mbuf, longer);
    }

    @Override
    public boolean checksumPending(long mbuf) {
        return TxOffload.isPending(mbuf);
    }

    @Override
    public void finishChecksum(long mbuf) {
        TxOffload.finishChecksum(mbuf);
    }

    @Override
    public int unfinishedFrom(long mbuf) {
        return TxOffload.unfinishedFrom(mbuf);
    }

    @Override
    public int unfinishedField(long mbuf) {
        return TxOffload.unfinishedField(mbuf);
    }

    @Override
    public int mark(long mbuf) {
        return Memory.i32(mbuf + MbufLayout.HASH);
    }

    @Override
    public void mark(long mbuf, int mark) {
        Memory.put32(mbuf + MbufLayout.HASH, mark);
    }

    @Override
    public void forgetUnfinished(long mbuf) {
        TxOffload.forget(mbuf);
    }

    @Override
    public int sum(long mbuf, int from) {
        final int whole = length(mbuf);
        return whole == contiguous(mbuf)
                ? InternetChecksum.fold(InternetChecksum.sum(data(mbuf) + from, whole - from))
                : Mempool.sum(mbuf, from);
    }

    @Override
    public int split(long mbuf, long frames, int most) {
        return TxOffload.split(mbuf, frames, most);
    }

    @Override
    public void trim(long mbuf, int length) {
        Mempool.trim(mbuf, length);
    }

    @Override
    public void free(long mbufs, int count) {
        Mempool.free(mbufs, count);
    }

    @Override
    public void free(long mbuf) {
        Mempool.free(mbuf);
    }

    @Override
    public int available() {
        return pool.available();
    }
}
