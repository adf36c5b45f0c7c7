// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/** What an lcore does when no frame waits. */
public enum IdleMode {
    /** Spin, yield, then sleep for ever longer: little CPU time, some latency after a pause. */
    BACKOFF,

    /** Never sleep: lowest latency, a core at 100 %. */
    BUSY
}
