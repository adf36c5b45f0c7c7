// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.SwitchConfig;
import java.util.List;
import java.util.Optional;

/** A kind of thing that has a path of its own: how it is found, shown and changed. */
interface Element {
    /** What it is called in sentences, such as {@code port 'web'}. */
    String name(ServerRequest request);

    /** The path that lists all of its kind. */
    String collection();

    /** As GET shows it; empty where there is none. */
    Optional<Object> show(SwitchConfig config, ServerRequest request, Object body);

    /**
     * As the configuration has it; empty where it does not, though the switch may.
     *
     * @param body of the request; null: none
     */
    Optional<Object> configured(SwitchConfig config, ServerRequest request, Object body);

    /** Receives the body of a PUT. */
    Body body(ServerRequest request);

    /** Makes it, or replaces it. */
    ConfigEdit put(ServerRequest request, Object body);

    /** Deletes it. */
    ConfigEdit delete(ServerRequest request, Query query);

    /** Query parameters of PUT and PATCH. */
    default String[] switches() {
        return new String[] {Query.DRY_RUN};
    }

    /** Query parameters of GET and DELETE that say more of which one is meant. */
    default List<String> selectors() {
        return List.of();
    }

    /** The name of what a PUT or PATCH makes again where somebody has deleted its interface. */
    default Optional<String> renews(ServerRequest request) {
        return Optional.empty();
    }

    /** An element that can be changed in part. */
    interface Patchable extends Element {
        /** Changes what the body names. */
        ConfigEdit patch(ServerRequest request, Object body);
    }
}
