// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;

/** A system at work; closing it ends its processes. */
interface Forwarder extends AutoCloseable {
    /** Frames that it has sent so far. */
    long packets() throws IOException, InterruptedException;

    /** The clock of the thread that forwards. */
    ThreadClock clock();

    @Override
    void close();
}
