// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;

/** A switch between the two hosts of a {@link TapNetwork}. */
interface TapSwitch {
    /** As in the column "system". */
    String system();

    /** Starts it: when this returns both hosts have their interface and address. */
    Started start(Settings settings) throws IOException, InterruptedException;

    /** A switch at work. */
    interface Started extends AutoCloseable {
        /** Its process; 0 where it is the kernel. */
        long pid();

        @Override
        void close();
    }
}
