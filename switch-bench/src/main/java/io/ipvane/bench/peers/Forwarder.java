// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.util.Optional;

/** A system at work; closing it ends its processes. */
interface Forwarder extends AutoCloseable {
    /** Frames that it has sent, or somebody has received from it, so far. */
    long packets() throws IOException, InterruptedException;

    /** Who has frames for it; empty: a device of its own, which always has some. */
    default Optional<Sender> sender() {
        return Optional.empty();
    }

    /** The clock of the thread that forwards. */
    ThreadClock clock();

    @Override
    void close();
}
