// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.dhcp.DhcpSink;
import io.ipvane.model.PortModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import org.slf4j.Logger;

/** What a lease of a DHCP server means for claims. Conductor thread only. */
final class LeasedAddresses implements DhcpSink {
    private final LiveModel live;
    private final AddressClaims claims;
    private final EventLog events;
    private final Logger log;

    LeasedAddresses(LiveModel live, AddressClaims claims, EventLog events, Logger log) {
        this.live = live;
        this.claims = claims;
        this.events = events;
        this.log = log;
    }

    /** An address that a DHCP server has given works from now on, interface or not (spec B-4). */
    @Override
    public boolean leased(int index, IpPrefix address, long seconds) {
        final PortModel port = live.get().port(index);
        final Claim known = claims.book().find(port.domain(), index, address.address());
        if (known != null) {
            final boolean leasedBefore = known.origin() == Origin.DHCP;
            if (known.origin() == Origin.NAMESPACE || known.origin() == Origin.LEARNED) {
                claims.book().relabel(known, Origin.DHCP);
            }
            return !leasedBefore;
        }
        claims.giveWay(port.domain(), address.address());
        final Claim owner = claims.enter(port.domain(), new Claim(index, address, Origin.DHCP));
        if (owner != null && events.admits(port.name())) {
            log.info(
                    "event=lease_added port={} address={} seconds={}",
                    port.name(),
                    address,
                    seconds == Long.MAX_VALUE ? "forever" : seconds);
            claims.logClaim(port, address, owner);
        }
        return false;
    }

    /**
     * What the interface still has stays, as what it is then: an address of the namespace or of the
     * configuration. A guest has no interface, and keeps what is configured.
     */
    @Override
    public void ended(int index, IpAddress address, boolean interfaceHasIt, String why) {
        final PortModel port = live.get().port(index);
        final Claim known = claims.book().find(port.domain(), index, address);
        if (known == null || known.origin() != Origin.DHCP) {
            return;
        }
        if (events.admits(port.name())) {
            log.info("event=lease_ended port={} address={} reason={}", port.name(), address, why);
        }
        if (interfaceHasIt || (!port.hasInterface() && port.isConfigured(address))) {
            claims.book().relabel(known, AddressClaims.origin(port, address, false));
        } else {
            claims.withdraw(port, address);
        }
    }
}
