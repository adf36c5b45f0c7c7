// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Mode and flag, for example, change only when they are named (F1): CFG-2, CFG-3. */
final class Kept {
    private Kept() {}

    /** The document, with the {@link Trait#KEPT} keys of what it replaces where it has none. */
    static <R> Object keep(Table<R> table, Object document, Optional<R> before) {
        if (before.isEmpty() || !(document instanceof Map<?, ?> map)) {
            return document;
        }
        final Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((key, value) -> result.put((String) key, value));
        final Map<String, Object> old = table.write(before.get());
        for (Key<?> key : table.keys()) {
            final String name = key.name();
            if (key.is(Trait.KEPT) && old.containsKey(name) && !result.containsKey(name)) {
                result.put(name, old.get(name));
            }
        }
        return result;
    }
}
