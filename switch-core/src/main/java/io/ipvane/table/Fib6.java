// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import java.util.List;

/**
 * IPv6 routes: address to the next-hop index of the longest prefix that contains it. Built and
 * searched like {@link Fib4}, at 20 bytes a range.
 *
 * <p>Immutable: any thread may read; on the heap, so the collector is its grace period.
 */
public final class Fib6 {
    /** No route. */
    public static final int NONE = Fib4.NONE;

    /** No routes at all. */
    public static final Fib6 EMPTY = new Builder().build();

    /** First addresses of the ranges with both top bits flipped: signed order is address order. */
    private final long[] startsHi;

    private final long[] startsLo;
    private final int[] nextHops;

    private Fib6(List<PrefixRanges.Range> ranges) {
        startsHi = new long[ranges.size()];
        startsLo = new long[ranges.size()];
        nextHops = new int[ranges.size()];
        for (int i = 0; i < startsHi.length; i++) {
            startsHi[i] = ranges.get(i).hi() ^ Long.MIN_VALUE;
            startsLo[i] = ranges.get(i).lo() ^ Long.MIN_VALUE;
            nextHops[i] = ranges.get(i).nextHop();
        }
    }

    /**
     * The next hop for an address.
     *
     * @param hi the half that comes first on the wire, host order
     * @param lo the other half
     * @return next-hop index, or {@link #NONE}; never throws, never allocates
     */
    public int find(long hi, long lo) {
        final long[] fromHi = startsHi;
        final long[] fromLo = startsLo;
        final long keyHi = hi ^ Long.MIN_VALUE;
        final long keyLo = lo ^ Long.MIN_VALUE;
        int low = 0;
        int length = fromHi.length;
        while (length > 1) {
            final int half = length >>> 1;
            final long middle = fromHi[low + half];
            if (middle < keyHi || (middle == keyHi && fromLo[low + half] <= keyLo)) {
                low += half;
            }
            length -= half;
        }
        return nextHops[low];
    }

    /** Ranges to search in, at least 1. */
    public int ranges() {
        return startsHi.length;
    }

    /** Collects routes. Owned by one thread. */
    public static final class Builder {
        private final PrefixRanges routes = new PrefixRanges(128);

        /**
         * Adds a route or replaces that of the same prefix.
         *
         * @param hi high half of the address, host order; zero beyond the length
         * @param lo low half; zero beyond the length
         * @param length 0 to 128
         * @param nextHop 0 or more
         * @throws IllegalArgumentException for anything else
         */
        public Builder add(long hi, long lo, int length, int nextHop) {
            routes.add(hi, lo, length, nextHop, text(hi, lo));
            return this;
        }

        /** The frozen form; the builder may be used further. */
        public Fib6 build() {
            return new Fib6(routes.ranges());
        }

        private static String text(long hi, long lo) {
            final StringBuilder text = new StringBuilder(39);
            for (int group = 0; group < 8; group++) {
                final long half = group < 4 ? hi : lo;
                text.append(group == 0 ? "" : ":");
                text.append(Long.toHexString(half >>> (48 - 16 * (group & 3)) & 0xFFFF));
            }
            return text.toString();
        }
    }
}
