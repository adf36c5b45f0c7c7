// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/** Many elements deleted and added in one change, all or none. */
public interface Batch extends ConfigEdit {
    /** How many elements the last {@link #applyTo} took away. */
    int deleted();

    /** How many elements the last {@link #applyTo} brought. */
    int added();
}
