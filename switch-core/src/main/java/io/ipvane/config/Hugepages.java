// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/** Where DPDK takes its memory from. */
public enum Hugepages {
    /** Huge pages where the machine has them, else plain memory. */
    AUTO,

    /** Huge pages, or the daemon does not start. */
    REQUIRED,

    /** Plain memory: {@code --no-huge}. */
    OFF
}
