// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import java.util.Locale;

/** Whose behaviour an uplink shows where the two differ (section F of the specification). */
public enum Compat {
    /** Linux's, its defects included. */
    KERNEL,

    /** Ours. */
    IMPROVED;

    /** The word in configuration: {@code kernel}, {@code improved}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
