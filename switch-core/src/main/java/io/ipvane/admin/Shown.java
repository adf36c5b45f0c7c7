// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** An element as the switch has it, with {@code config}: as the configuration has it. */
final class Shown {
    private Shown() {}

    /** Both parts, or the one that there is; empty where there is none. */
    static Optional<Object> of(Optional<?> view, Optional<Object> configured) {
        if (view.isEmpty() && configured.isEmpty()) {
            return Optional.empty();
        }
        final ObjectNode shown =
                view.isPresent()
                        ? (ObjectNode) Json.tree(view.get())
                        : JsonNodeFactory.instance.objectNode();
        configured.ifPresent(config -> shown.set("config", (JsonNode) config));
        return Optional.of(shown);
    }
}
