// SPDX-License-Identifier: Apache-2.0
package io.ipvane.model;

import io.ipvane.ipvlan.Mode;
import io.ipvane.snapshot.PortEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is configured, and the state that lcores must know. Immutable; addresses are not in it, they
 * live in the address table.
 *
 * @param ports by index, null where nothing stands
 * @param uplinks by their index
 */
public record SwitchModel(List<PortModel> ports, Map<Integer, UplinkModel> uplinks) {
    /** A switch without anything. */
    public static final SwitchModel EMPTY = new SwitchModel(List.of(), Map.of());

    public SwitchModel {
        ports = Collections.unmodifiableList(new ArrayList<>(ports));
        uplinks = Collections.unmodifiableMap(new TreeMap<>(uplinks));
    }

    /** Whether anything stands at an index. */
    public boolean has(int index) {
        return index >= 0 && index < ports.size() && ports.get(index) != null;
    }

    /** The port at an index. */
    public PortModel port(int index) {
        return ports.get(index);
    }

    /** The uplink that a port belongs to or is. */
    public UplinkModel uplinkOf(int port) {
        return uplinks.get(port(port).uplink());
    }

    /** All ports in their order: neither uplinks nor host ports. */
    public List<PortModel> members(int uplink) {
        return ports.stream()
                .filter(p -> p != null && p.role() == PortEntry.Role.PORT && p.uplink() == uplink)
                .toList();
    }

    /** Whether the switch routes for any port of an uplink: one of mode l3 or l3s. */
    public boolean routes(int uplink) {
        return uplinks.get(uplink).mode() != Mode.L2
                || members(uplink).stream().anyMatch(port -> port.mode() != Mode.L2);
    }

    /** The same switch with one port changed. */
    public SwitchModel with(PortModel port) {
        final List<PortModel> changed = new ArrayList<>(ports);
        changed.set(port.index(), port);
        return new SwitchModel(changed, uplinks);
    }

    /** The same switch with one uplink changed. */
    public SwitchModel with(UplinkModel uplink) {
        final Map<Integer, UplinkModel> changed = new TreeMap<>(uplinks);
        changed.put(uplink.index(), uplink);
        return new SwitchModel(ports, changed);
    }
}
