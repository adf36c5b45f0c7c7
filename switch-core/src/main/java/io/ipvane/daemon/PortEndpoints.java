// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.control.Endpoints;
import io.ipvane.device.TapDevice;
import io.ipvane.linux.LinuxException;
import io.ipvane.linux.TapInterface;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TAPs of ports and host ports, for the conductor to set their MTU and carrier; and what has no
 * kernel interface, for it to ask. Filled by who opens devices; used by the conductor.
 */
final class PortEndpoints implements Endpoints {
    private static final Logger LOG = LoggerFactory.getLogger(PortEndpoints.class);

    private record Endpoint(TapInterface tap, TapDevice device) {}

    private final Map<Integer, Endpoint> taps = new ConcurrentHashMap<>();

    /** Uplinks and ports whose link has to be asked for, as no kernel interface tells of it. */
    private final Map<Integer, Unit> silent = new ConcurrentHashMap<>();

    /** Adds what a port, host port or uplink has that the conductor must reach. */
    void put(int index, Unit unit) {
        if (unit.tap().isPresent() && unit.device() instanceof TapDevice device) {
            taps.put(index, new Endpoint(unit.tap().get(), device));
        } else if (unit.at().isEmpty()) {
            silent.put(index, unit);
        }
    }

    /** Forgets a port or uplink, before its device is closed. */
    void remove(int index) {
        taps.remove(index);
        silent.remove(index);
    }

    @Override
    public void setMtu(int port, int mtu) {
        final Endpoint at = taps.get(port);
        if (at != null) {
            attempt(() -> at.tap.setMtu(mtu));
        }
    }

    @Override
    public void setCarrier(int port, boolean on) {
        final Endpoint at = taps.get(port);
        if (at != null) {
            attempt(() -> at.device.setCarrier(on));
        }
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
        silent.forEach(
                (index, unit) -> {
                    unit.socket().ifPresent(VhostSocket::lookAfter);
                    links.put(index, unit.device().linkUp());
                });
        return links;
    }
}
