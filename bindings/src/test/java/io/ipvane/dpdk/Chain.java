// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import io.ipvane.memory.Memory;
import java.util.Random;

/** Frames of several segments for tests, made and read by walking the mbufs. */
final class Chain {
    private Chain() {}

    /** A frame whose segments have these lengths, filled from the generator. */
    static long of(Mempool pool, Random random, int... lengths) {
        long head = 0;
        long last = 0;
        int total = 0;
        for (int length : lengths) {
            final long segment = pool.allocate(length);
            final byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            Memory.put(data(segment), bytes);
            total += length;
            if (head == 0) {
                head = segment;
            } else {
                Memory.put64(last + MbufLayout.NEXT, segment);
            }
            last = segment;
        }
        Memory.put16(head + MbufLayout.NB_SEGS, lengths.length);
        Memory.put32(head + MbufLayout.PKT_LEN, total);
        return head;
    }

    static long data(long segment) {
        return Memory.i64(segment + MbufLayout.BUF_ADDR)
                + Memory.u16(segment + MbufLayout.DATA_OFF);
    }

    static int contiguous(long mbuf) {
        return Memory.u16(mbuf + MbufLayout.DATA_LEN);
    }

    static int length(long mbuf) {
        return Memory.i32(mbuf + MbufLayout.PKT_LEN);
    }

    static int segments(long mbuf) {
        return Memory.u16(mbuf + MbufLayout.NB_SEGS);
    }

    static int references(long segment) {
        return Memory.u16(segment + MbufLayout.REFCNT);
    }

    static long next(long segment) {
        return Memory.i64(segment + MbufLayout.NEXT);
    }

    /** All bytes; fails unless lengths and segment count agree with the chain. */
    static byte[] bytes(long mbuf) {
        final byte[] out = new byte[length(mbuf)];
        int at = 0;
        int segments = 0;
        for (long segment = mbuf; segment != 0; segment = next(segment)) {
            final byte[] part = Memory.bytes(data(segment), contiguous(segment));
            System.arraycopy(part, 0, out, at, part.length);
            at += part.length;
            segments++;
        }
        if (at != out.length || segments != segments(mbuf)) {
            throw new AssertionError(
                    "pkt_len %d, walked %d; nb_segs %d, walked %d"
                            .formatted(out.length, at, segments(mbuf), segments));
        }
        return out;
    }
}
