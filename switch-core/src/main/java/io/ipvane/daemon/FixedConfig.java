// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.control.view.ConfigTarget;

/**
 * A switch that works by what it was started with.
 *
 * @param config for ever
 */
record FixedConfig(SwitchConfig config) implements ConfigTarget {
    @Override
    public Running running() {
        return new Running(1, config);
    }

    @Override
    public Running apply(SwitchConfig next, long expected) {
        throw new ChangeRefusedException(
                "EOPNOTSUPP", "this switch cannot change while it runs; restart it");
    }
}
