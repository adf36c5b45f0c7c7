// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.List;

/**
 * Where the admin interface listens.
 *
 * @param listen none: there is no admin interface
 */
public record AdminConfig(List<ListenAddress> listen) {
    static final AdminConfig DEFAULT = new AdminConfig(List.of(ListenAddress.DEFAULT));

    /** Copies the list. */
    public AdminConfig {
        listen = List.copyOf(listen);
    }
}
