// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import java.util.Locale;

/** How well an address is known (RFC 4861, 7.3.2; FAILED is Linux's and ours). */
public enum NeighborState {
    /** Asked for; frames wait. */
    INCOMPLETE,

    /** It answered us within the reachable time. */
    REACHABLE,

    /** Its MAC is known and used, but not confirmed of late. */
    STALE,

    /** As {@link #STALE}, and asked to confirm. */
    PROBE,

    /** It did not answer; not asked again until the hold-down is over. */
    FAILED,

    /** Configured: used as it is, never asked. */
    PERMANENT;

    /** The name in JSON and on the command line. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether frames may be sent to the MAC that is known. */
    boolean isUsable() {
        return this == REACHABLE || this == STALE || this == PROBE || this == PERMANENT;
    }
}
