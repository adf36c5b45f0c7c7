// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns overlapping prefixes into the sorted, disjoint ranges that {@link Fib4} and {@link Fib6}
 * search. Both families are left-aligned in 128 bits, where a /8 is a /8, so this is written once.
 *
 * <p>Prefixes nest or are disjoint, never anything else. In the order of their first address, wider
 * ones first, the prefixes that enclose the current one are therefore a stack; a range begins where
 * a prefix does and where one has just ended.
 *
 * <p>Owned by one thread; cold.
 */
final class PrefixRanges {
    private final TreeMap<Prefix, Integer> routes = new TreeMap<>();
    private final int bits;

    /** For addresses of {@code bits} bits, 32 or 128. */
    PrefixRanges(int bits) {
        this.bits = bits;
    }

    /** One range: from its first address to the next range's. */
    record Range(long hi, long lo, int nextHop) {}

    /**
     * Adds a route or replaces that of the same prefix.
     *
     * @param text the address, for the message
     * @throws IllegalArgumentException for a length or next hop out of range, or if the address has
     *     bits beyond the length
     */
    void add(long hi, long lo, int length, int nextHop, String text) {
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    "route " + text + "/" + length + ": length is not within 0 to " + bits);
        }
        if (nextHop < 0) {
            throw new IllegalArgumentException(
                    "route " + text + "/" + length + ": next hop " + nextHop + " is negative");
        }
        final Prefix prefix = new Prefix(hi, lo, length);
        if ((hi & prefix.hostHi()) != 0 || (lo & prefix.hostLo()) != 0) {
            throw new IllegalArgumentException(
                    "route " + text + "/" + length + ": address bits beyond the length must be 0");
        }
        routes.put(prefix, nextHop);
    }

    /** The ranges in ascending order, the first from address 0; neighbours differ. */
    List<Range> ranges() {
        final List<Range> ranges = new ArrayList<>();
        final Deque<Map.Entry<Prefix, Integer>> enclosing = new ArrayDeque<>();
        ranges.add(new Range(0, 0, Fib4.NONE));
        for (final Map.Entry<Prefix, Integer> route : routes.entrySet()) {
            final Prefix prefix = route.getKey();
            while (!enclosing.isEmpty() && !enclosing.peek().getKey().contains(prefix)) {
                end(enclosing, ranges);
            }
            enclosing.push(route);
            begin(ranges, prefix.hi, prefix.lo, route.getValue());
        }
        while (!enclosing.isEmpty()) {
            end(enclosing, ranges);
        }
        return ranges;
    }

    /** Ends the innermost prefix: what encloses it, if anything, goes on behind it. */
    private static void end(Deque<Map.Entry<Prefix, Integer>> enclosing, List<Range> ranges) {
        final Prefix ended = enclosing.pop().getKey();
        final long lastHi = ended.hi | ended.hostHi();
        final long lastLo = ended.lo | ended.hostLo();
        if (lastHi == -1 && lastLo == -1) {
            return;
        }
        final int nextHop = enclosing.isEmpty() ? Fib4.NONE : enclosing.peek().getValue();
        begin(ranges, lastLo == -1 ? lastHi + 1 : lastHi, lastLo + 1, nextHop);
    }

    /** Later calls for the same address win; a range that changes nothing is left out. */
    private static void begin(List<Range> ranges, long hi, long lo, int nextHop) {
        final Range last = ranges.getLast();
        if (last.hi == hi && last.lo == lo) {
            ranges.removeLast();
        }
        if (ranges.isEmpty() || ranges.getLast().nextHop != nextHop) {
            ranges.add(new Range(hi, lo, nextHop));
        }
    }

    private record Prefix(long hi, long lo, int length) implements Comparable<Prefix> {
        /** The bits of the high half that the prefix leaves open. */
        long hostHi() {
            return length == 0 ? -1 : length >= 64 ? 0 : -1L >>> length;
        }

        long hostLo() {
            return length <= 64 ? -1 : length == 128 ? 0 : -1L >>> (length - 64);
        }

        boolean contains(Prefix other) {
            return length <= other.length
                    && ((hi ^ other.hi) & ~hostHi()) == 0
                    && ((lo ^ other.lo) & ~hostLo()) == 0;
        }

        @Override
        public int compareTo(Prefix other) {
            int order = Long.compareUnsigned(hi, other.hi);
            order = order != 0 ? order : Long.compareUnsigned(lo, other.lo);
            return order != 0 ? order : Integer.compare(length, other.length);
        }
    }
}
