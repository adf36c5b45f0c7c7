// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;

/** A thread on the other CPU that has frames for a {@link Forwarder}, as many as it can. */
interface Sender {
    /**
     * A moment of it.
     *
     * @param refused frames so far for which the forwarder had no room
     */
    record Reading(long refused, ThreadClock.Reading clock) {}

    Reading read() throws IOException, InterruptedException;
}
