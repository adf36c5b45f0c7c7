// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.HostConfig;
import io.ipvane.config.NextHopConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.RouteConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.daemon.ChangePlan.PortChange;
import io.ipvane.daemon.ChangePlan.UplinkChange;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What of a change only the running switch can refuse: what is made once at its start, addresses
 * that namespaces gave themselves, places that are not there. All of it is asked before the first
 * step. One change, on the thread that asks for it.
 */
final class ChangeCheck {
    private final ChangeSteps live;
    private final ChangePlan plan;
    private final SwitchConfig next;
    private final GivenUp givenUp;

    ChangeCheck(ChangeSteps live, ChangePlan plan, SwitchConfig next) {
        this.live = live;
        this.plan = plan;
        this.next = next;
        givenUp = new GivenUp(live, next);
    }

    /** Everything that can be refused is refused before the first step. */
    void run(IfMissing ifMissing) {
        for (UplinkConfig uplink : plan.addedUplinks()) {
            uplink.host().ifPresent(host -> live.check(host, ifMissing));
        }
        for (UplinkChange change : plan.changedUplinks()) {
            final UplinkConfig after = change.after();
            refuseForeign(change.before(), after);
            after.host()
                    .filter(host -> !change.before().host().equals(after.host()))
                    .ifPresent(host -> live.check(host, ifMissing));
        }
        for (PortChange change : plan.changedPorts()) {
            final UplinkConfig uplink = next.uplinkOf(change.after());
            final Set<IpPrefix> known = new HashSet<>(change.before().addresses());
            refuseTaken(
                    uplink,
                    change.after(),
                    change.after().addresses().stream().filter(a -> !known.contains(a)).toList());
            live.checkChange(uplink, change.before(), change.after());
        }
        for (PortConfig port : plan.addedPorts()) {
            final UplinkConfig uplink = next.uplinkOf(port);
            refuseTaken(uplink, port, port.addresses());
            live.check(port, ifMissing);
        }
    }

    /**
     * The file knows only what it says itself; a namespace may have been first (spec ADR-2). Who
     * gives the address up in the same change does not count: this claim waits for it.
     */
    private void refuseTaken(UplinkConfig uplink, PortConfig port, Collection<IpPrefix> addresses) {
        if (addresses.isEmpty()) {
            return;
        }
        final List<IpAddress> wanted = addresses.stream().map(IpPrefix::address).toList();
        live.owners(uplink, wanted)
                .forEach(
                        (address, owner) -> {
                            if (!owner.equals(port.name())
                                    && !plan.removesPort(owner)
                                    && !givenUp.by(uplink, owner, address)) {
                                throw taken(address, owner);
                            }
                        });
    }

    private static ChangeRefusedException taken(IpAddress address, String owner) {
        return new ChangeRefusedException(
                "EADDRINUSE",
                "address " + address + " is that of '" + owner + "'; delete it there first");
    }

    /**
     * A gateway must be beyond the uplink, and what the switch speaks from must be the host port's;
     * the file does not know of addresses that a namespace gave itself. Routes that were there
     * before it did are left alone.
     */
    private void refuseForeign(UplinkConfig before, UplinkConfig after) {
        final List<RouteConfig> routes = new ArrayList<>(after.routes());
        routes.removeAll(new HashSet<>(before.routes()));
        final List<IpAddress> named =
                routes.stream().flatMap(ChangeCheck::addresses).distinct().toList();
        if (named.isEmpty()) {
            return;
        }
        final Map<IpAddress, String> owners = live.owners(after, named);
        for (RouteConfig route : routes) {
            for (NextHopConfig hop : route.hops()) {
                refuseOwn(after, route, hop.via(), owners.get(hop.via()));
            }
            route.src().ifPresent(src -> refuseForeign(after, route, src, owners.get(src)));
        }
    }

    private static Stream<IpAddress> addresses(RouteConfig route) {
        return Stream.concat(route.hops().stream().map(NextHopConfig::via), route.src().stream());
    }

    private void refuseOwn(UplinkConfig after, RouteConfig route, IpAddress via, String owner) {
        if (owner != null && !plan.removesPort(owner) && !givenUp.by(after, owner, via)) {
            throw new ChangeRefusedException(
                    "EINVAL",
                    "route to "
                            + route.to()
                            + ": via "
                            + via
                            + " is an address of '"
                            + owner
                            + "', a part of this uplink itself; give a gateway beyond the"
                            + " uplink");
        }
    }

    private static void refuseForeign(
            UplinkConfig after, RouteConfig route, IpAddress src, String owner) {
        final HostConfig host = after.host().orElseThrow();
        if (!host.interfaceName().equals(owner)
                && host.addresses().stream().noneMatch(own -> own.address().equals(src))) {
            throw new ChangeRefusedException(
                    "EINVAL",
                    "route to "
                            + route.to()
                            + ": src "
                            + src
                            + " is no address of the host port "
                            + host.interfaceName()
                            + "; give one of its addresses, or add it first");
        }
    }

    /**
     * Refuses what is made once, when the switch starts.
     *
     * @throws ChangeRefusedException where {@code next} has it otherwise
     */
    static void refuseFixed(SwitchConfig config, SwitchConfig next) {
        refuse("eal", !next.eal().equals(config.eal()));
        refuse("threads", !next.threads().equals(config.threads()));
        refuse("admin", !next.admin().equals(config.admin()));
        refuse("keepInterfaces", next.keepInterfaces() != config.keepInterfaces());
        for (UplinkConfig after : next.uplinks()) {
            config.uplink(after.name()).ifPresent(before -> refuseFixed(before, after));
        }
    }

    private static void refuse(String key, boolean differs) {
        if (differs) {
            throw new ChangeRefusedException(
                    "EBUSY",
                    key
                            + " cannot change while the switch runs; change the file and restart the"
                            + " switch");
        }
    }

    private static void refuseFixed(UplinkConfig before, UplinkConfig after) {
        final boolean fixed =
                before.device().equals(after.device())
                        && before.vlan().equals(after.vlan())
                        && before.queues().equals(after.queues());
        if (!fixed) {
            throw new ChangeRefusedException(
                    "EBUSY",
                    "uplink '"
                            + after.name()
                            + "': device, vlan and queues cannot change while it is in use; delete the"
                            + " uplink and add it anew");
        }
    }
}
