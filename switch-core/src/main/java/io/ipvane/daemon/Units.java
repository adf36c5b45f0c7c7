// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.PortConfig;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All units in their places, by name. Owned by the thread that changes the switch. */
final class Units implements AutoCloseable {
    /** A unit and its index. */
    record Placed(int index, Unit unit) {}

    final Map<String, Placed> uplinks = new HashMap<>();

    /** By the names of their uplinks. */
    final Map<String, Placed> hosts = new HashMap<>();

    final Map<String, Placed> ports = new HashMap<>();

    /** Those of some ports that are there, by index. */
    Map<Integer, PortConfig> byIndex(List<PortConfig> some) {
        final Map<Integer, PortConfig> there = new HashMap<>();
        for (PortConfig port : some) {
            final Placed placed = ports.get(port.name());
            if (placed != null) {
                there.put(placed.index(), port);
            }
        }
        return there;
    }

    /**
     * A unit that no configuration has any more, and whose device is still to be closed.
     *
     * @param takenOut whether the conductor has forgotten it
     */
    record Leaving(Placed placed, boolean takenOut) {}

    final Deque<Leaving> leaving = new ArrayDeque<>();

    /** Lcores have stopped, and nobody holds a frame: closes all, ports first. */
    @Override
    public void close() {
        leaving.forEach(each -> each.placed().unit().close());
        leaving.clear();
        for (Map<String, Placed> some : List.of(ports, hosts, uplinks)) {
            some.values().forEach(placed -> placed.unit().close());
            some.clear();
        }
    }
}
