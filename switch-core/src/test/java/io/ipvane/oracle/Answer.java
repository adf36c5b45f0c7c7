// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import java.util.List;
import java.util.Map;

/**
 * What came of one case, on either side.
 *
 * @param seen receiver to what it saw, in order
 * @param dropped frames that were counted as dropped at c1
 */
record Answer(Map<String, List<Sighting>> seen, long dropped) {
    /** Everybody who can receive: X, the host, the ports. */
    static final List<String> RECEIVERS = List.of("wire", "master", "c1", "c2", "c3");

    List<Sighting> seenBy(String receiver) {
        return seen.getOrDefault(receiver, List.of());
    }
}
