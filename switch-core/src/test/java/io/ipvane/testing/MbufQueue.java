// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import java.util.Arrays;

/** First in, first out, of mbuf addresses; grows, and allocates only when it does. */
final class MbufQueue {
    private long[] ring = new long[64];
    private int head;
    private int size;

    int size() {
        return size;
    }

    void add(long mbuf) {
        if (size == ring.length) {
            final long[] larger = Arrays.copyOf(ring, size * 2);
            for (int i = 0; i < size; i++) {
                larger[i] = ring[(head + i) % size];
            }
            ring = larger;
            head = 0;
        }
        ring[(head + size++) % ring.length] = mbuf;
    }

    long remove() {
        final long mbuf = ring[head];
        head = (head + 1) % ring.length;
        size--;
        return mbuf;
    }

    void freeAll(MemoryPool pool) {
        while (size > 0) {
            pool.free(remove());
        }
    }
}
