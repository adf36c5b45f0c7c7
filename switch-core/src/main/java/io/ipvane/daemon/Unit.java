// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.device.Device;
import io.ipvane.linux.InterfaceTakeover;
import io.ipvane.linux.TapInterface;
import io.ipvane.linux.WatchedInterface;
import io.ipvane.macnat.UplinkMac;
import java.util.Optional;

/**
 * What stands behind one uplink, host port or port: its device, and what was made or taken for it.
 * Owned by the thread that changes the switch; closing gives everything back.
 *
 * @param device gives and takes its frames
 * @param mac the one MAC of its uplink
 * @param mtu largest L3 packet at the moment
 * @param tap its interface, where that is a TAP of ours
 * @param socket its vhost-user socket, where it has one
 * @param at the kernel interface to watch, where there is one
 * @param taken what the interface of an uplink had, where it was taken over
 * @param place on its device, where that is shared
 * @param parts everything to be closed
 */
record Unit(
        Device device,
        UplinkMac mac,
        int mtu,
        Optional<TapInterface> tap,
        Optional<VhostSocket> socket,
        Optional<WatchedInterface> at,
        Optional<InterfaceTakeover> taken,
        Place place,
        Closers parts)
        implements AutoCloseable {
    /** The same of an uplink whose ports know it by this MAC address. */
    Unit withMac(UplinkMac shared) {
        return new Unit(device, shared, mtu, tap, socket, at, taken, place, parts);
    }

    @Override
    public void close() {
        parts.close();
    }
}
