// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import java.util.List;

/**
 * IPv4 routes: address to the next-hop index of the longest prefix that contains it.
 *
 * <p>Frozen as sorted, disjoint ranges and found by binary search: 8 bytes a range, at most two
 * ranges a route and one more. The routes of a switch are tens to thousands, so a search is 4 to 12
 * steps in a few kilobytes of first-level cache; a trie with direct indexing (DIR-24-8) would need
 * 32 MiB and a cache miss to save them. Each step is a conditional move over a halved length, so
 * its cost does not depend on how well branches are guessed.
 *
 * <p>Immutable: any thread may read; on the heap, so the collector is its grace period.
 */
public final class Fib4 {
    /** No route. */
    public static final int NONE = -1;

    /** No routes at all. */
    public static final Fib4 EMPTY = new Builder().build();

    /** First addresses of the ranges with the top bit flipped: signed order is address order. */
    private final int[] starts;

    private final int[] nextHops;

    private Fib4(List<PrefixRanges.Range> ranges) {
        starts = new int[ranges.size()];
        nextHops = new int[ranges.size()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = (int) (ranges.get(i).hi() >>> 32) ^ Integer.MIN_VALUE;
            nextHops[i] = ranges.get(i).nextHop();
        }
    }

    /**
     * The next hop for an address.
     *
     * @param address host-order int
     * @return next-hop index, or {@link #NONE}; never throws, never allocates
     */
    public int find(int address) {
        final int[] from = starts;
        final int key = address ^ Integer.MIN_VALUE;
        int low = 0;
        int length = from.length;
        while (length > 1) {
            final int half = length >>> 1;
            low = from[low + half] <= key ? low + half : low;
            length -= half;
        }
        return nextHops[low];
    }

    /** Ranges to search in, at least 1. */
    public int ranges() {
        return starts.length;
    }

    /** Collects routes. Owned by one thread. */
    public static final class Builder {
        private final PrefixRanges routes = new PrefixRanges(32);

        /**
         * Adds a route or replaces that of the same prefix.
         *
         * @param address host-order int, zero beyond the length
         * @param length 0 to 32
         * @param nextHop 0 or more
         * @throws IllegalArgumentException for anything else
         */
        public Builder add(int address, int length, int nextHop) {
            routes.add((long) address << 32, 0, length, nextHop, text(address));
            return this;
        }

        /** The frozen form; the builder may be used further. */
        public Fib4 build() {
            return new Fib4(routes.ranges());
        }

        private static String text(int address) {
            return (address >>> 24)
                    + "."
                    + (address >>> 16 & 0xFF)
                    + "."
                    + (address >>> 8 & 0xFF)
                    + "."
                    + (address & 0xFF);
        }
    }
}
