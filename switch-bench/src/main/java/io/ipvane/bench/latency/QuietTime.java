// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * When nobody from outside had one of the two CPUs. The generator's stands for the wire, which
 * never stops: whoever else ran there disturbed, and so did the host, which shows as a stall of the
 * generator. On the switch's CPU, only other programs disturb: a thread of the switch's own process
 * there is the switch's own doing, and what the host does there cannot be told from it.
 *
 * <p>A frame counts as disturbed where that happened while it was under way, or so shortly before
 * that the frames which had waited since were still ahead of it: as long again as it had lasted.
 * Asked about frames in the order in which they were due.
 */
final class QuietTime {
    /** Even after the shortest intrusion caches and queues want some time. */
    private static final long AFTER_NANOS = 20_000;

    private final List<long[]> disturbed = new ArrayList<>();
    private int next;

    /**
     * @param stalls of the generator
     */
    QuietTime(List<Intruder> onGenerator, List<Intruder> onSwitch, List<Intruder> stalls) {
        final List<Intruder> all = new ArrayList<>(stalls);
        all.addAll(onGenerator);
        onSwitch.stream().filter(i -> i.side() == Intruder.Side.OTHER).forEach(all::add);
        all.sort(Comparator.comparingLong(Intruder::offset));
        all.forEach(i -> add(i.offset(), i.end() + i.length() + AFTER_NANOS));
    }

    private void add(long from, long to) {
        if (disturbed.isEmpty() || disturbed.getLast()[1] < from) {
            disturbed.add(new long[] {from, to});
        } else {
            disturbed.getLast()[1] = Math.max(disturbed.getLast()[1], to);
        }
    }

    /** Whether nobody disturbed a frame; {@code due} is never less than the time before. */
    boolean has(long due, long latency) {
        while (next < disturbed.size() && disturbed.get(next)[1] <= due) {
            next++;
        }
        return next == disturbed.size() || disturbed.get(next)[0] >= due + latency;
    }
}
