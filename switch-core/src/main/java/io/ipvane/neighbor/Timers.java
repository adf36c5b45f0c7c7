// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import java.util.TreeSet;

/**
 * The next deadline of each neighbour, at most one each, so that memory is bounded by neighbours
 * whatever they are told. Times are nanoseconds of one clock, whose origin is arbitrary. Conductor
 * only.
 */
final class Timers {
    private final TreeSet<Neighbor> byDeadline = new TreeSet<>(Timers::compare);

    /** By difference, as the clock may wrap; the number tells equal deadlines apart, in order. */
    private static int compare(Neighbor a, Neighbor b) {
        final int order = Long.signum(a.deadline - b.deadline);
        return order != 0 ? order : Long.compare(a.number, b.number);
    }

    /** Sets the one deadline of a neighbour. */
    void arm(Neighbor neighbor, long deadline) {
        cancel(neighbor);
        neighbor.deadline = deadline;
        neighbor.armed = true;
        byDeadline.add(neighbor);
    }

    /** Forgets the deadline, if there is one. */
    void cancel(Neighbor neighbor) {
        if (neighbor.armed) {
            byDeadline.remove(neighbor);
            neighbor.armed = false;
        }
    }

    /** Takes out the neighbour whose deadline passed first, or null where none has. */
    Neighbor pollDue(long now) {
        if (byDeadline.isEmpty() || byDeadline.first().deadline - now > 0) {
            return null;
        }
        final Neighbor due = byDeadline.pollFirst();
        due.armed = false;
        return due;
    }
}
