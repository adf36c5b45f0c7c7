// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.Locale;

/**
 * How the work on frames is spread over lcores. The control plane has a thread of its own in all.
 */
public enum ThreadPlan {
    /** One lcore does everything, through a ring without a hand-off. */
    SHARED,

    /** Every lcore takes its own share of frames from device to device. */
    RUN_TO_COMPLETION,

    /** Receive, process and transmit on lcores of their own, joined by a ring. */
    PIPELINE;

    /** The name in configuration. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
