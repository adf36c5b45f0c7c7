// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

/** What a burst is decided by: frozen, one generation. The pipeline knows the concrete form. */
public interface Snapshot {
    /** Counts up by one with every published change. */
    long generation();
}
