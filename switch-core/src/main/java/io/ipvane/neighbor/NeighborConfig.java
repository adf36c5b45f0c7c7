// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import java.time.Duration;

/**
 * Times and bounds of a {@link NeighborResolver}.
 *
 * @param capacity neighbours an uplink may have, resolved or not
 * @param queuePerNeighbor frames that may wait for one neighbour
 * @param queueTotal frames that may wait in all
 * @param requests questions before a neighbour has failed
 * @param retransmit time between two questions
 * @param reachable how long an answer proves that a neighbour is there
 * @param delay how often a stale neighbour is looked at: if used since, it is asked to confirm
 * @param unused how long a neighbour is kept after its last confirmation if nobody uses it
 * @param holdDown how long a failed neighbour is not asked again
 */
public record NeighborConfig(
        int capacity,
        int queuePerNeighbor,
        int queueTotal,
        int requests,
        Duration retransmit,
        Duration reachable,
        Duration delay,
        Duration unused,
        Duration holdDown) {
    /** The times of RFC 4861, section 10, and Linux's bounds or ampler ones. */
    public static final NeighborConfig DEFAULT =
            new NeighborConfig(
                    16_384,
                    64,
                    4_096,
                    3,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(1));

    /** Refuses bounds below 1 and times that are not positive. */
    public NeighborConfig {
        atLeastOne("capacity", capacity);
        atLeastOne("queuePerNeighbor", queuePerNeighbor);
        atLeastOne("queueTotal", queueTotal);
        atLeastOne("requests", requests);
        positive("retransmit", retransmit);
        positive("reachable", reachable);
        positive("delay", delay);
        positive("unused", unused);
        positive("holdDown", holdDown);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "neighbour " + name + "=" + value + " is below 1; raise it");
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(
                    "neighbour " + name + "=" + value + " is not positive; raise it");
        }
    }
}
