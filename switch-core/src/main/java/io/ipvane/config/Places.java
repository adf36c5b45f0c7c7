// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.IdentityHashMap;

/**
 * Which mapping of the text a record was read from, so that what is found wrong later can still
 * name its place. By identity: two equal records stand in two places.
 */
final class Places {
    private final IdentityHashMap<Object, YamlSection> sections = new IdentityHashMap<>();
    private final Problems problems;

    Places(Problems problems) {
        this.problems = problems;
    }

    Problems problems() {
        return problems;
    }

    void put(Object config, YamlSection section) {
        sections.put(config, section);
    }

    /** Whether the text has this record: in an edit, what it changes. */
    boolean has(Object config) {
        return sections.containsKey(config);
    }

    /**
     * The mapping; a stand-in without a place for a record that the text does not have: a default,
     * or what an edit leaves as it is and no longer fits.
     */
    YamlSection of(Object config) {
        final YamlSection section = sections.get(config);
        return section != null
                ? section
                : YamlSection.elsewhere(describe(config), (key, index) -> "", this);
    }

    private static String describe(Object config) {
        return switch (config) {
            case UplinkConfig uplink -> "uplink '" + uplink.name() + "'";
            case TunnelConfig tunnel -> "tunnel '" + tunnel.name() + "'";
            case VniConfig vni -> "vni " + vni.vni();
            case PortConfig port -> "port '" + port.name() + "'";
            case HostConfig host -> "host port (interface " + host.interfaceName() + ")";
            case RouteConfig route -> "route to " + route.to();
            case NextHopConfig hop -> "nexthop";
            case NeighborConfig neighbor -> "neighbor";
            case ThreadsConfig threads -> "threads";
            default -> "";
        };
    }
}
