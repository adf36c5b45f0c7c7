// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

/**
 * What a {@link NeighborResolver} has done since it was made.
 *
 * @param requests questions sent
 * @param resolved neighbours that answered the first time
 * @param failed neighbours that did not answer, at first or to a probe
 * @param changed MAC addresses that another replaced
 * @param evicted neighbours that made room for others
 * @param ignored things heard that were of no use: about strangers, from groups, from ourselves
 * @param noFrame questions not sent because the frame pool was empty
 * @param tableFull attempts to publish a neighbour for which the table had no room
 */
public record NeighborCounters(
        long requests,
        long resolved,
        long failed,
        long changed,
        long evicted,
        long ignored,
        long noFrame,
        long tableFull) {}
