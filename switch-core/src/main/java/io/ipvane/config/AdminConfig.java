// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import java.util.List;

/**
 * Where the admin interface listens.
 *
 * @param listen none: there is no admin interface
 */
public record AdminConfig(List<ListenAddress> listen) {
    static final AdminConfig DEFAULT = new AdminConfig(List.of(ListenAddress.DEFAULT));

    private static final Key<List<ListenAddress>> LISTEN =
            Key.of(
                            "listen",
                            Form.list("listen", Form.text("text", "ADDRESS", ListenAddress::parse)),
                            "where the admin interface listens; `[]`: nowhere")
                    .byDefault(DEFAULT.listen);

    /** Its keys. */
    static final Table<AdminConfig> TABLE =
            Table.<AdminConfig>of("admin", "Where the admin interface listens.")
                    .key(LISTEN, AdminConfig::listen)
                    .made(v -> new AdminConfig(v.get(LISTEN)));

    /** Copies the list. */
    public AdminConfig {
        listen = List.copyOf(listen);
    }
}
