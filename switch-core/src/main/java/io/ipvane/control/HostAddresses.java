// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
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
        final SegmentModel segment = live.get().segmentOf(host.index());
        if (!segment.holds(address.address())) {
            final List<IpPrefix> now = new ArrayList<>(segment.hostAddresses());
            now.add(address);
            live.change(segment.withHostAddresses(now));
            claims.review();
            claims.direct(segment.domain(), address.address());
            claims.announcements().came(host, address.address());
            log.info("event=host_address_added uplink={} address={}", segment.name(), address);
        }
    }

    void removed(PortModel host, IpAddress address) {
        final SegmentModel segment = live.get().segmentOf(host.index());
        if (segment.holds(address)) {
            final List<IpPrefix> now = new ArrayList<>(segment.hostAddresses());
            now.removeIf(own -> own.address().equals(address));
            live.change(segment.withHostAddresses(now));
            claims.direct(segment.domain(), address);
            log.info("event=host_address_removed uplink={} address={}", segment.name(), address);
        }
    }
}
