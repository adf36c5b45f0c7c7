// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.control.Endpoints;
import io.ipvane.device.TapDevice;
import io.ipvane.linux.LinuxException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of uplinks, host ports and ports, for the conductor: it sets MTU, MAC and carrier of
 * TAPs, the MAC of uplinks, and asks for the link of what has no kernel interface that tells.
 * Filled by who opens devices; used by the conductor.
 */
final class PortEndpoints implements Endpoints {
    private static final Logger LOG = LoggerFactory.getLogger(PortEndpoints.class);

    private final Map<Integer, Unit> units = new ConcurrentHashMap<>();

    /** Adds an uplink, host port or port. */
    void put(int index, Unit unit) {
        units.put(index, unit);
    }

    /** Forgets one, before its device is closed. */
    void remove(int index) {
        units.remove(index);
    }

    @Override
    public void setMtu(int port, int mtu) {
        at(port).flatMap(Unit::tap).ifPresent(tap -> attempt(() -> tap.setMtu(mtu)));
    }

    @Override
    public void setMac(int port, long mac) {
        at(port).flatMap(Unit::tap).ifPresent(tap -> attempt(() -> tap.setMac(mac)));
    }

    @Override
    public void setUplinkMac(int uplink, long mac) {
        at(uplink).ifPresent(unit -> unit.mac().set(mac));
    }

    @Override
    public void setCarrier(int port, boolean on) {
        at(port).filter(unit -> unit.tap().isPresent())
                .map(Unit::device)
                .filter(TapDevice.class::isInstance)
                .map(TapDevice.class::cast)
                .ifPresent(device -> attempt(() -> device.setCarrier(on)));
    }

    private Optional<Unit> at(int port) {
        return Optional.ofNullable(units.get(port));
    }

    private static void attempt(Runnable change) {
        try {
            change.run();
        } catch (LinuxException e) {
            LOG.warn("event=interface_unchanged reason=\"{}\"", e.getMessage());
        }
    }

    @Override
    public Map<Integer, Boolean> links() {
        final Map<Integer, Boolean> links = new HashMap<>();
        units.forEach(
                (index, unit) -> {
                    if (unit.at().isEmpty()) {
                        unit.socket().ifPresent(VhostSocket::noteLink);
                        links.put(index, unit.device().linkUp());
                    }
                });
        return links;
    }
}
