// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.device.Device;
import io.ipvane.linux.InterfaceTakeover;
import io.ipvane.linux.TapInterface;
import io.ipvane.linux.WatchedInterface;
import java.util.Optional;

/**
 * What stands behind one uplink, host port or port: its device, and what was made or taken for it.
 * Owned by the thread that changes the switch; closing gives everything back.
 *
 * @param device gives and takes its frames
 * @param mac the one MAC of its uplink
 * @param tap its interface, where that is a TAP of ours with a name space of its own
 * @param at the kernel interface to watch, where there is one
 * @param taken what the interface of an uplink had, where it was taken over
 * @param parts everything to be closed
 */
record Unit(
        Device device,
        long mac,
        Optional<TapInterface> tap,
        Optional<WatchedInterface> at,
        Optional<InterfaceTakeover> taken,
        Closers parts)
        implements AutoCloseable {
    @Override
    public void close() {
        parts.close();
    }
}
