// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import java.time.Duration;

/**
 * What the clients of one listening socket may take of the daemon.
 *
 * @param places connections; one more is let in by closing the one that has been waited for longest
 * @param mostPlaces connections where every one of them is being worked for; one more is refused
 * @param silence how long a connection may send nothing between two requests
 * @param request how long a request may take from its first byte to its last
 * @param answer how long a client may let the daemon wait until it reads what it has asked for
 * @param bodyBytes bytes of request bodies that may be held at a time, of all connections
 */
record ConnectionLimits(
        int places,
        int mostPlaces,
        Duration silence,
        Duration request,
        Duration answer,
        long bodyBytes) {
    /** Bytes of a body that every connection may have, whatever the others hold. */
    static final int FREE_BYTES = 64 << 10;

    static final ConnectionLimits DEFAULT =
            new ConnectionLimits(
                    64,
                    128,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    32 << 20);
}
