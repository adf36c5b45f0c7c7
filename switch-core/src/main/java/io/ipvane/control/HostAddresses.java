// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.model.PortModel;
import io.ipvane.model.UplinkModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;

/**
 * The addresses of host ports: local routes of their uplink, not entries of the address table, and
 * before all claims of ports. Conductor thread only.
 */
final class HostAddresses {
    private final LiveModel live;
    private final AddressClaims claims;
    private final Logger log;

    HostAddresses(LiveModel live, AddressClaims claims, Logger log) {
        this.live = live;
        this.claims = claims;
        this.log = log;
    }

    void added(PortModel host, IpPrefix address) {
        final UplinkModel uplink = live.get().uplinkOf(host.index());
        if (!uplink.holds(address.address())) {
            final List<IpPrefix> now = new ArrayList<>(uplink.hostAddresses());
            now.add(address);
            live.change(uplink.withHostAddresses(now));
            claims.review();
            claims.direct(uplink.index(), address.address());
            claims.announcements().came(host, address.address());
            log.info("event=host_address_added uplink={} address={}", uplink.name(), address);
        }
    }

    void removed(PortModel host, IpAddress address) {
        final UplinkModel uplink = live.get().uplinkOf(host.index());
        if (uplink.holds(address)) {
            final List<IpPrefix> now = new ArrayList<>(uplink.hostAddresses());
            now.removeIf(own -> own.address().equals(address));
            live.change(uplink.withHostAddresses(now));
            claims.direct(uplink.index(), address);
            log.info("event=host_address_removed uplink={} address={}", uplink.name(), address);
        }
    }
}
