// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.model.PortModel;
import io.ipvane.model.UplinkModel;
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
    void link(UplinkModel uplink, boolean up) {
        if (uplink.linkUp() != up) {
            final UplinkModel now = uplink.withLink(up);
            live.change(now);
            if (up) {
                claims.announcements().carrierBack(now);
            }
            log.info("event=uplink_{} uplink={}", up ? "up" : "down", uplink.name());
        }
        portsFollow(uplink.index());
    }

    /** The MTU of its interface is this now. */
    void mtu(UplinkModel uplink, int mtu) {
        final int now = Math.min(mtu, uplink.maxMtu());
        if (uplink.mtu() != now) {
            live.change(uplink.withMtu(now));
            live.change(live.get().port(uplink.index()).withMtu(now, PortModel.UPLINKS_MTU));
            log.info("event=uplink_mtu uplink={} mtu={}", uplink.name(), now);
            portsFollow(uplink.index());
        }
    }

    /**
     * The MAC of its interface is this now, or 0 where that is not known. What goes to guests is
     * translated from the new one when lcores write that: once published.
     */
    void mac(UplinkModel before, long mac) {
        if (mac == 0 || before.mac() == mac) {
            return;
        }
        final UplinkModel uplink = before.withMac(mac);
        live.change(uplink);
        log.info("event=uplink_mac uplink={} mac={}", uplink.name(), MacAddress.format(mac));
        portsFollow(uplink.index());
        interfaces.uplinkMac(uplink.index(), mac);
        publish.run();
        claims.announcements().macChanged(uplink);
    }

    /** Lets MTU, MAC and carrier of all ports and of the host port be what the uplink's allow. */
    void portsFollow(int uplink) {
        for (PortModel port : live.get().ports()) {
            if (port != null && port.uplink() == uplink && port.role() != PortEntry.Role.UPLINK) {
                final PortModel now = interfaces.follow(port, live.get().uplinks().get(uplink));
                if (!now.equals(port)) {
                    live.change(now);
                }
            }
        }
    }
}
