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
 * @param segments by their domain
 */
public record SwitchModel(List<PortModel> ports, Map<Integer, SegmentModel> segments) {
    /** A switch without anything. */
    public static final SwitchModel EMPTY = new SwitchModel(List.of(), Map.of());

    public SwitchModel {
        ports = Collections.unmodifiableList(new ArrayList<>(ports));
        segments = Collections.unmodifiableMap(new TreeMap<>(segments));
    }

    /** Whether anything stands at an index. */
    public boolean has(int index) {
        return index >= 0 && index < ports.size() && ports.get(index) != null;
    }

    /** The port at an index. */
    public PortModel port(int index) {
        return ports.get(index);
    }

    /** The segment that a port belongs to, or is the exit of. */
    public SegmentModel segmentOf(int port) {
        return segments.get(port(port).domain());
    }

    /** All ports of a segment in their order: neither exits nor host ports. */
    public List<PortModel> members(int domain) {
        return ports.stream()
                .filter(p -> p != null && p.role() == PortEntry.Role.PORT && p.domain() == domain)
                .toList();
    }

    /** Whether the switch routes for any port of a segment: one of mode l3 or l3s. */
    public boolean routes(int domain) {
        return segments.get(domain).mode() != Mode.L2
                || members(domain).stream().anyMatch(port -> port.mode() != Mode.L2);
    }

    /** The same switch with one port changed. */
    public SwitchModel with(PortModel port) {
        final List<PortModel> changed = new ArrayList<>(ports);
        changed.set(port.index(), port);
        return new SwitchModel(changed, segments);
    }

    /** The same switch with one segment changed. */
    public SwitchModel with(SegmentModel segment) {
        final Map<Integer, SegmentModel> changed = new TreeMap<>(segments);
        changed.put(segment.domain(), segment);
        return new SwitchModel(ports, changed);
    }
}
