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

    /**
     * The value with this {@link #key}.
     *
     * @throws IllegalArgumentException with a sentence for the user, where there is none
     */
    public static Compat parse(String word) {
        return Words.parse("compat", Compat.class, word);
    }
}
