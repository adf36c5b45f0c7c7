// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Mode and flag change only when they are named (F1): CFG-2, CFG-3. */
final class Inherited {
    private static final List<String> KEYS = List.of("mode", "flag");

    private Inherited() {}

    /** The document, with mode and flag of what it replaces where it has none. */
    static Object keep(Object document, Optional<Map<String, Object>> before) {
        if (before.isEmpty() || !(document instanceof Map<?, ?> map)) {
            return document;
        }
        final Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((key, value) -> result.put((String) key, value));
        for (String key : KEYS) {
            if (before.get().containsKey(key) && !result.containsKey(key)) {
                result.put(key, before.get().get(key));
            }
        }
        return result;
    }
}
