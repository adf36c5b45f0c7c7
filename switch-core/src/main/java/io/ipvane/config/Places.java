// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.IdentityHashMap;

/**
 * Which mapping of the file a record was read from, so that what is found wrong later can still
 * name line and column. By identity: two equal records stand in two places.
 */
final class Places {
    private final IdentityHashMap<Object, YamlSection> sections = new IdentityHashMap<>();

    void put(Object config, YamlSection section) {
        sections.put(config, section);
    }

    /** The mapping; null for a record that has none, such as a default. */
    YamlSection of(Object config) {
        return sections.get(config);
    }
}
