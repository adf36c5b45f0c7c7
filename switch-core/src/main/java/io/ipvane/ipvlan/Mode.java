// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import java.util.Locale;

/** How an uplink and its ports share traffic. Kernel: {@code ip link ... type ipvlan mode}. */
public enum Mode {
    /** Ports do their own ARP and ND; group frames are flooded. */
    L2,

    /** The switch routes for its ports; unicast IP only. */
    L3,

    /** As {@link #L3}, and what comes in passes connection tracking. */
    L3S;

    /** The word in configuration: {@code l2}, {@code l3}, {@code l3s}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
