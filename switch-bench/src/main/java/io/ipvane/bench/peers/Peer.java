// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;

/** A system that forwards frames on one CPU, from a device that gives frames without end. */
interface Peer {
    /** As in the column "system". */
    String system();

    /** Starts it; when this returns it is warm and forwards. */
    Forwarder start() throws IOException, InterruptedException;
}
