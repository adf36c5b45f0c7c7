// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.List;
import java.util.Map;

/** Places in a document of maps and lists. Source: RFC 6901. */
final class JsonPointer {
    private JsonPointer() {}

    /** A key as a pointer has it: RFC 6901, section 3. */
    static String escape(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    /** Whether the document has this place. */
    static boolean resolves(String pointer, Object document) {
        Object at = document;
        final String[] tokens = pointer.split("/", -1);
        for (int i = 1; i < tokens.length; i++) {
            final String key = tokens[i].replace("~1", "/").replace("~0", "~");
            if (at instanceof Map<?, ?> map && map.containsKey(key)) {
                at = map.get(key);
            } else if (at instanceof List<?> list && isIndex(key, list.size())) {
                at = list.get(Integer.parseInt(key));
            } else {
                return false;
            }
        }
        return true;
    }

    private static boolean isIndex(String key, int size) {
        return key.matches("[0-9]{1,9}") && Integer.parseInt(key) < size;
    }
}
