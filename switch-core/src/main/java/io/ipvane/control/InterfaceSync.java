// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps the interfaces of ports and host ports in step with their segment: no MTU above its own,
 * which a lower one that somebody asked for survives (spec F14, CFG-9), its carrier (F15, CFG-10),
 * and its MAC, which nobody may change at a port (CFG-8).
 *
 * <p>An MTU that is heard of an interface may be one that was set here a moment ago: those are
 * remembered until they have been heard. Conductor thread only.
 */
final class InterfaceSync {
    /** What is known of one interface. */
    private static final class Known {
        int mtu;
        long mac;
        boolean carrier = true;
        final Deque<Integer> ours = new ArrayDeque<>();

        Known(int mtu, long mac) {
            this.mtu = mtu;
            this.mac = mac;
        }

        /** Whether the interface has an MTU that nobody here has set. */
        boolean isForeign(int heard) {
            if (ours.contains(heard)) {
                while (ours.remove() != heard) {
                    // Set before that and overtaken: two changes may be told as one.
                }
                mtu = heard;
                return false;
            }
            final boolean foreign = heard != mtu;
            mtu = heard;
            return foreign;
        }

        /** The MTU that the interface has once everything set here has been done. */
        int expectedMtu() {
            return ours.isEmpty() ? mtu : ours.getLast();
        }
    }

    private final Map<Integer, Known> known = new HashMap<>();
    private Endpoints endpoints = Endpoints.NONE;

    void endpoints(Endpoints now) {
        endpoints = now;
    }

    /**
     * Takes what an interface says of itself.
     *
     * @param said what the interface says
     * @return the port as it is now
     */
    PortModel told(PortModel port, SegmentModel segment, Command.PortLink said) {
        final Known interfaceOf = of(port, segment);
        final boolean foreign = said.mtu() != 0 && interfaceOf.isForeign(said.mtu());
        if (said.mac() != 0) {
            interfaceOf.mac = said.mac();
        }
        final PortModel now = port.withLink(said.up(), said.carrier(), port.mtu());
        return align(foreign ? now.withMtu(now.mtu(), said.mtu()) : now, segment);
    }

    /**
     * The port as it is now that its segment is another; its interface has been told, unless it has
     * not said a word itself yet: then it is about to, and is told in turn.
     */
    PortModel follow(PortModel port, SegmentModel segment) {
        return known.containsKey(port.index())
                ? align(port, segment)
                : port.withMtu(Math.min(port.wantedMtu(), segment.mtu()), port.wantedMtu());
    }

    private PortModel align(PortModel port, SegmentModel segment) {
        final Known interfaceOf = of(port, segment);
        if (interfaceOf.mac != segment.mac()) {
            interfaceOf.mac = segment.mac();
            endpoints.setMac(port.index(), segment.mac());
        }
        final int mtu = Math.min(port.wantedMtu(), segment.mtu());
        if (mtu != interfaceOf.expectedMtu()) {
            interfaceOf.ours.add(mtu);
            endpoints.setMtu(port.index(), mtu);
        }
        final boolean carrier = segment.linkUp() || !segment.options().propagateLink();
        if (carrier != interfaceOf.carrier) {
            interfaceOf.carrier = carrier;
            endpoints.setCarrier(port.index(), carrier);
        }
        return port.withMtu(mtu, port.wantedMtu());
    }

    private Known of(PortModel port, SegmentModel segment) {
        return known.computeIfAbsent(port.index(), i -> new Known(port.mtu(), segment.mac()));
    }

    /** Lets an uplink, and what is made on it from now on, have this MAC. */
    void uplinkMac(int uplink, long mac) {
        endpoints.setUplinkMac(uplink, mac);
    }

    /** Forgets an interface that is gone; another may stand in its place. */
    void forget(int port) {
        known.remove(port);
    }

    /** Whether the links of those uplinks that tell nothing by themselves are up, by index. */
    Map<Integer, Boolean> links() {
        return endpoints.links();
    }
}
