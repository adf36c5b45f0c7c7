// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import io.ipvane.burst.HotPath;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How many frames of each port may be with the conductor at once, on whichever lcores they came in:
 * a port that floods then takes nobody else's place. Ports are told apart by the low bits of their
 * index.
 *
 * <p>Any thread. Lcores that take for one port at the same moment may together take a few too many.
 */
@HotPath
final class PortQuota {
    private static final int PORTS = 1 << 12;

    private final AtomicIntegerArray taken = new AtomicIntegerArray(PORTS);
    private final int most;

    /** So many frames a port. */
    PortQuota(int most) {
        this.most = most;
    }

    private static int slot(int port) {
        return port & (PORTS - 1);
    }

    /** Whether a port may have one frame more. */
    boolean allows(int port) {
        return taken.get(slot(port)) < most;
    }

    /** A port has one frame more. */
    void take(int port) {
        taken.incrementAndGet(slot(port));
    }

    /** A port has so many frames less. */
    void give(int port, int frames) {
        taken.addAndGet(slot(port), -frames);
    }
}
