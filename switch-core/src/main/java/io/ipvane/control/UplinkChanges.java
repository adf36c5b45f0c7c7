// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.packet.MacAddress;
import io.ipvane.snapshot.PortEntry;
import org.slf4j.Logger;

/**
 * What becomes of the switch when the interface of an uplink has another carrier, MTU or MAC: its
 * ports follow (spec CFG-8 to CFG-10). Conductor thread only.
 */
final class UplinkChanges {
    private final LiveModel live;
    private final InterfaceSync interfaces;
    private final AddressClaims claims;
    private final Runnable publish;
    private final Logger log;

    /**
     * @param publish gives lcores now what has changed
     */
    UplinkChanges(
            LiveModel live,
            InterfaceSync interfaces,
            AddressClaims claims,
            Runnable publish,
            Logger log) {
        this.live = live;
        this.interfaces = interfaces;
        this.claims = claims;
        this.publish = publish;
        this.log = log;
    }

    /** The carrier of an uplink is this now. */
    void link(SegmentModel uplink, boolean up) {
        if (uplink.linkUp() != up) {
            final SegmentModel now = uplink.withLink(up);
            live.change(now);
            if (up) {
                claims.announcements().carrierBack(now);
            }
            log.info("event=uplink_{} uplink={}", up ? "up" : "down", uplink.name());
        }
        portsFollow(uplink.domain());
    }

    /** The MTU of its interface is this now. */
    void mtu(SegmentModel uplink, int mtu) {
        final int now = Math.min(mtu, uplink.maxMtu());
        if (uplink.mtu() != now) {
            live.change(uplink.withMtu(now));
            live.change(live.get().port(uplink.exit().port()).withMtu(now, PortModel.UPLINKS_MTU));
            log.info("event=uplink_mtu uplink={} mtu={}", uplink.name(), now);
            portsFollow(uplink.domain());
        }
    }

    /**
     * The MAC of its interface is this now, or 0 where that is not known. What goes to guests is
     * translated from the new one when lcores write that: once published.
     */
    void mac(SegmentModel before, long mac) {
        if (mac == 0 || before.mac() == mac) {
            return;
        }
        final SegmentModel uplink = before.withMac(mac);
        live.change(uplink);
        log.info("event=uplink_mac uplink={} mac={}", uplink.name(), MacAddress.format(mac));
        portsFollow(uplink.domain());
        interfaces.uplinkMac(uplink.exit().port(), mac);
        publish.run();
        claims.announcements().macChanged(uplink);
    }

    /**
     * Lets MTU, MAC and carrier of all ports and of the host port be what their segment's allow.
     */
    void portsFollow(int domain) {
        for (PortModel port : live.get().ports()) {
            if (port != null && port.domain() == domain && port.role() != PortEntry.Role.UPLINK) {
                final PortModel now = interfaces.follow(port, live.get().segments().get(domain));
                if (!now.equals(port)) {
                    live.change(now);
                }
            }
        }
    }
}
