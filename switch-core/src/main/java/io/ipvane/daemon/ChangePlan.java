// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.EndpointConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * All that a change of the configuration does, in the order in which it is done. What an earlier
 * change has left absent or amiss is put right by the next one: an absent port is added, one that
 * is amiss is taken away and added.
 *
 * @param removedPorts go first
 * @param removedUplinks have no ports any more
 * @param addedUplinks come with their host ports
 * @param changedUplinks keep their devices
 * @param changedPorts keep their devices
 * @param addedPorts come last
 */
record ChangePlan(
        List<PortConfig> removedPorts,
        List<UplinkConfig> removedUplinks,
        List<UplinkConfig> addedUplinks,
        List<UplinkChange> changedUplinks,
        List<PortChange> changedPorts,
        List<PortConfig> addedPorts) {
    /**
     * An uplink before and after.
     *
     * @param members ports of it that stay, as they were
     */
    record UplinkChange(UplinkConfig before, UplinkConfig after, List<PortConfig> members) {}

    /** A port before and after. */
    record PortChange(PortConfig before, PortConfig after) {}

    /**
     * The way from what stands to a configuration.
     *
     * @param live says what stands
     */
    static ChangePlan of(ChangeSteps live, SwitchConfig next) {
        final Map<String, UplinkChange> keptUplinks = new LinkedHashMap<>();
        final Map<String, PortChange> keptPorts = new LinkedHashMap<>();
        for (UplinkConfig after : next.segments()) {
            final UplinkConfig before = live.uplinks().get(after.name());
            if (before != null && sameDevice(before, after)) {
                keptUplinks.put(after.name(), new UplinkChange(before, after, new ArrayList<>()));
            }
        }
        for (PortConfig after : next.ports()) {
            final PortConfig before = live.ports().get(after.name());
            if (before != null
                    && sameDevice(before, after)
                    && keptUplinks.containsKey(after.uplink())
                    && !live.isAmiss(after.name())) {
                keptPorts.put(after.name(), new PortChange(before, after));
                keptUplinks.get(after.uplink()).members().add(before);
            }
        }
        return new ChangePlan(
                without(live.ports().values(), PortConfig::name, keptPorts),
                without(live.uplinks().values(), UplinkConfig::name, keptUplinks),
                without(next.segments(), UplinkConfig::name, keptUplinks),
                keptUplinks.values().stream()
                        .filter(
                                c ->
                                        !c.before().equals(c.after())
                                                || live.isAmiss(c.after().name()))
                        .toList(),
                keptPorts.values().stream().filter(c -> !c.before().equals(c.after())).toList(),
                without(next.ports(), PortConfig::name, keptPorts));
    }

    private static <T> List<T> without(
            Collection<T> all, Function<T, String> name, Map<String, ?> kept) {
        return all.stream().filter(each -> !kept.containsKey(name.apply(each))).toList();
    }

    private static boolean sameDevice(UplinkConfig before, UplinkConfig after) {
        return before.device().equals(after.device())
                && before.vlan().equals(after.vlan())
                && before.queues().equals(after.queues());
    }

    private static boolean sameDevice(PortConfig before, PortConfig after) {
        return before.uplink().equals(after.uplink())
                && before.endpoint().equals(after.endpoint())
                && before.queues() == after.queues();
    }

    /** Whether there is nothing to do. */
    boolean isEmpty() {
        return Stream.of(
                        removedPorts,
                        removedUplinks,
                        addedUplinks,
                        changedUplinks,
                        changedPorts,
                        addedPorts)
                .allMatch(List::isEmpty);
    }

    /** Whether a port goes, and its addresses with it. */
    boolean removesPort(String name) {
        return removedPorts.stream().anyMatch(gone -> gone.name().equals(name));
    }

    /** Whether a port that goes stands where this one comes: it must go first. */
    private boolean replaces(PortConfig added) {
        return removedPorts.stream().anyMatch(gone -> samePlace(gone, added));
    }

    /** Whether two ports cannot stand at the same time. */
    static boolean clash(PortConfig one, PortConfig other) {
        return one.name().equals(other.name()) || samePlace(one, other);
    }

    private static boolean samePlace(PortConfig one, PortConfig other) {
        if (one.endpoint() instanceof EndpointConfig.OverSocket here
                && other.endpoint() instanceof EndpointConfig.OverSocket there) {
            return here.socket().equals(there.socket());
        }
        return one.endpoint().equals(other.endpoint());
    }

    /**
     * Whether a new port can be opened before the first step: nothing that it needs comes or goes
     * in the same change.
     */
    boolean opensFirst(PortConfig added) {
        return !replaces(added)
                && addedUplinks.stream().noneMatch(up -> up.name().equals(added.uplink()))
                && changedUplinks.stream()
                        .filter(change -> change.after().name().equals(added.uplink()))
                        .allMatch(change -> change.before().mtu().equals(change.after().mtu()));
    }
}
