// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.packet.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The neighbours of one uplink, and which of them goes first when there are too many. Conductor
 * only.
 */
final class UplinkNeighbors {
    final int index;
    UplinkIdentity identity;

    /** In the order in which they were asked for. */
    private final Map<IpAddress, Neighbor> unanswered = new LinkedHashMap<>();

    /** In the order in which they last told us their MAC. */
    private final Map<IpAddress, Neighbor> answered = new LinkedHashMap<>();

    /** Configured: never in anybody's way. */
    private final Map<IpAddress, Neighbor> permanent = new LinkedHashMap<>();

    /** Those that share the flows of a route, and whether each has failed to answer. */
    private final Map<IpAddress, Boolean> watched = new HashMap<>();

    UplinkNeighbors(int index, UplinkIdentity identity) {
        this.index = index;
        this.identity = identity;
    }

    Neighbor find(IpAddress address) {
        Neighbor neighbor = answered.get(address);
        if (neighbor == null) {
            neighbor = unanswered.get(address);
        }
        return neighbor != null ? neighbor : permanent.get(address);
    }

    void addUnanswered(Neighbor neighbor) {
        unanswered.put(neighbor.address, neighbor);
    }

    /** Makes a neighbour the youngest of those that answered. */
    void answered(Neighbor neighbor) {
        remove(neighbor);
        answered.put(neighbor.address, neighbor);
    }

    /** Makes a neighbour one that neither answers nor makes room. */
    void permanent(Neighbor neighbor) {
        remove(neighbor);
        permanent.put(neighbor.address, neighbor);
    }

    void remove(Neighbor neighbor) {
        unanswered.remove(neighbor.address);
        answered.remove(neighbor.address);
        permanent.remove(neighbor.address);
    }

    /** Neighbours that count against the bound: all but the permanent. */
    int size() {
        return unanswered.size() + answered.size();
    }

    /**
     * Who makes room: the oldest that never answered, so that a scan of many addresses pushes out
     * its own questions and no neighbour that exists; else the one silent for longest. One that is
     * watched only where there is no other.
     */
    Neighbor oldest() {
        return Stream.concat(unanswered.values().stream(), answered.values().stream())
                .filter(neighbor -> !isWatched(neighbor.address))
                .findFirst()
                .orElseGet(this::watchedOne);
    }

    private Neighbor watchedOne() {
        final Map<IpAddress, Neighbor> from = unanswered.isEmpty() ? answered : unanswered;
        return from.values().iterator().next();
    }

    /**
     * Watches these and no others; who was watched before is as it was.
     *
     * @return those that nothing is known of
     */
    List<IpAddress> watch(Set<IpAddress> addresses) {
        watched.keySet().retainAll(addresses);
        addresses.forEach(address -> watched.putIfAbsent(address, false));
        return addresses.stream().filter(address -> find(address) == null).toList();
    }

    boolean isWatched(IpAddress address) {
        return watched.containsKey(address);
    }

    /** Whether one is watched and has failed. */
    boolean hasFailed(IpAddress address) {
        return watched.getOrDefault(address, false);
    }

    /** Notes of one, if it is watched, whether it has failed; says whether that is news. */
    boolean failed(IpAddress address, boolean now) {
        final Boolean before = watched.replace(address, now);
        return before != null && before != now;
    }

    /** All neighbours, in a list of the caller's own. */
    List<Neighbor> all() {
        final List<Neighbor> all = new ArrayList<>();
        all.addAll(answered.values());
        all.addAll(unanswered.values());
        all.addAll(permanent.values());
        return all;
    }
}
