// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** What is named changes, null removes, the rest stays; lists are replaced whole: RFC 7396. */
final class MergePatch {
    private MergePatch() {}

    /** The patched document; neither argument is changed. */
    static Object apply(Object target, Object patch) {
        if (!(patch instanceof Map<?, ?> changes)) {
            return patch;
        }
        final Map<String, Object> result = new LinkedHashMap<>();
        if (target instanceof Map<?, ?> before) {
            before.forEach((key, value) -> result.put((String) key, value));
        }
        changes.forEach(
                (key, value) -> {
                    final String name = (String) key;
                    if (value == null) {
                        result.remove(name);
                    } else {
                        result.put(name, apply(result.get(name), value));
                    }
                });
        return result;
    }
}
