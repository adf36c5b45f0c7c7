// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import java.util.Locale;

/** How ports of one uplink (siblings) may talk to each other. */
public enum IpvlanFlag {
    /** Directly, inside the switch. */
    BRIDGE,

    /** Not at all. */
    PRIVATE,

    /** By the wire: a relay outside sends frames back (IEEE 802.1Qbg). */
    VEPA;

    /** The word in configuration: {@code bridge}, {@code private}, {@code vepa}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
