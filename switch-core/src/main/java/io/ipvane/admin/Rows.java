// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import java.util.function.Consumer;

/**
 * A list that may be long, as what makes its rows one after another: it is never in memory as a
 * whole, however slowly a client reads it.
 */
@FunctionalInterface
interface Rows {
    /** Gives every row to {@code sink}, in order. */
    void each(Consumer<Object> sink);

    /** Those of something that is there already, or makes its elements when they are asked for. */
    static Rows of(Iterable<?> rows) {
        return sink -> rows.forEach(sink);
    }
}
