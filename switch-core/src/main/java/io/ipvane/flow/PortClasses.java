// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.burst.HotPath;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Ranges of port numbers cut into pieces that no range ends within. The number of its piece says of
 * a port in which ranges it is, so that a range becomes a few numbers that can be hashed. Sorted
 * and found by binary search, as {@link io.ipvane.table.Fib4} is. Frozen; any thread.
 */
final class PortClasses {
    private final int[] starts;

    private PortClasses(NavigableSet<Integer> cuts) {
        starts = cuts.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The piece that a port is in. */
    @HotPath
    int find(int port) {
        int low = 0;
        int length = starts.length;
        while (length > 1) {
            final int half = length >>> 1;
            low = starts[low + half] <= port ? low + half : low;
            length -= half;
        }
        return low;
    }

    /** Collects ranges. Owned by one thread. */
    static final class Builder {
        private final NavigableSet<Integer> cuts = new TreeSet<>(List.of(0));

        void add(int low, int high) {
            cuts.add(low);
            if (high < 0xFFFF) {
                cuts.add(high + 1);
            }
        }

        boolean isEmpty() {
            return cuts.size() == 1;
        }

        /** The pieces that a range was cut into; it was added before. */
        List<Integer> pieces(int low, int high) {
            final int first = cuts.headSet(low, false).size();
            final int count = cuts.subSet(low, true, high, true).size();
            final List<Integer> pieces = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                pieces.add(first + i);
            }
            return pieces;
        }

        PortClasses build() {
            return new PortClasses(cuts);
        }
    }
}
