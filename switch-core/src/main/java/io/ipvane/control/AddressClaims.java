// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.dhcp.DhcpUpcall;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import io.ipvane.table.GrowingTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Whose an address is, by whatever it came: configuration, interface, DHCP, or what a guest says;
 * and that lookups find whom it is. Addresses of host ports are local routes of the segment
 * instead, and go before all claims. Conductor thread only.
 */
final class AddressClaims implements AutoCloseable {
    private final LiveModel live;
    private final GrowingTable addresses;
    private final DhcpUpcall dhcp;
    private final EventLog events;
    private final Logger log;
    private final AddressBook book = new AddressBook();
    private final AddressLearner learner;
    private final LeavingAddresses leaving;
    private final HostAddresses hosts;
    private final Announcements announcements;
    private Tunnels tunnels;

    /** Nobody claims anything yet. */
    AddressClaims(
            LiveModel live,
            Grace grace,
            Upcalls upcalls,
            Announcements.Way announced,
            EventLog events,
            Logger log) {
        this.live = live;
        this.addresses = new GrowingTable(grace);
        this.dhcp = upcalls.dhcp();
        this.events = events;
        this.log = log;
        learner = new AddressLearner(book, this::direct, events, log, System::nanoTime);
        hosts = new HostAddresses(live, this, log);
        leaving = new LeavingAddresses(grace, this::direct);
        announcements = new Announcements(live, book, announced, System::nanoTime);
    }

    /** Says who knows which addresses are on other hosts. */
    void tunnels(Tunnels knowing) {
        tunnels = knowing;
    }

    private SwitchModel model() {
        return live.get();
    }

    /** Announces what waits for that, and lets addresses leave; says how much there was to do. */
    int tick() {
        return announcements.tick() + leaving.tick();
    }

    /** Who is told whose an address is. */
    Announcements announcements() {
        return announcements;
    }

    /** An interface, or the configuration, has given a port an address. */
    void added(Command.AddressAdded command) {
        final PortModel port = model().port(command.port());
        final IpPrefix address = command.address();
        if (port.role() == PortEntry.Role.HOST) {
            hosts.added(port, address);
            return;
        }
        if (!address.address().isHost()) {
            refused(port, address, "EINVAL", "not the address of one host");
            return;
        }
        final boolean leased = dhcp.onInterface(port.index(), address.address(), true);
        final Origin origin =
                leased ? Origin.DHCP : origin(port, address.address(), command.configured());
        final Claim known = book.find(port.domain(), port.index(), address.address());
        if (known != null) {
            if (known.origin() == Origin.LEARNED || origin == Origin.CONFIG) {
                book.relabel(known, origin);
            }
            return;
        }
        if (command.configured() || origin == Origin.CONFIG) {
            giveWay(port.domain(), address.address());
        }
        final Claim owner = enter(port.domain(), new Claim(port.index(), address, origin));
        if (owner == null) {
            refused(port, address, "ENOSPC", "too many addresses");
        } else if (events.admits(port.name())) {
            logClaim(port, address, owner);
        }
    }

    private void refused(PortModel port, IpPrefix address, String error, String reason) {
        if (events.admits(port.name())) {
            log.warn(
                    "event=address_refused port={} address={} error={} reason=\"{}\"",
                    port.name(),
                    address,
                    error,
                    reason);
        }
    }

    /**
     * Enters a claim that the book does not know yet, and lets lookups find it.
     *
     * @return the claim that has the address now, or null where there is no room for this one
     */
    Claim enter(int domain, Claim claim) {
        if (!book.hasRoomFor(claim)) {
            return null;
        }
        final Claim owner = book.add(domain, claim);
        direct(domain, claim.address().address());
        return owner;
    }

    /** Whoever has an address for no better reason than that it says so has it no longer. */
    void giveWay(int domain, IpAddress address) {
        learner.giveWay(model(), domain, address);
    }

    void logClaim(PortModel port, IpPrefix address, Claim owner) {
        final SegmentModel segment = model().segmentOf(port.index());
        if (segment.holds(address.address())) {
            log.warn(
                    "event=address_duplicate port={} address={} owner={} error=EADDRINUSE",
                    port.name(),
                    address,
                    model().port(segment.host()).name());
        } else if (owner.port() == port.index()) {
            log.info("event=address_added port={} address={}", port.name(), address);
        } else {
            log.warn(
                    "event=address_duplicate port={} address={} owner={} error=EADDRINUSE",
                    port.name(),
                    address,
                    model().port(owner.port()).name());
        }
    }

    /**
     * A configured address stays one, whoever puts it back at the interface: the switch, or
     * somebody in the namespace.
     */
    static Origin origin(PortModel port, IpAddress address, boolean configured) {
        if (address.isLinkLocal()) {
            return Origin.LINK_LOCAL;
        }
        return configured || port.isConfigured(address) ? Origin.CONFIG : Origin.NAMESPACE;
    }

    /** A port has an address no longer. */
    void removed(Command.AddressRemoved command) {
        final PortModel port = model().port(command.port());
        final IpAddress address = command.address();
        announcements.removed(port.index(), address);
        if (port.role() == PortEntry.Role.HOST) {
            hosts.removed(port, address);
            return;
        }
        dhcp.onInterface(port.index(), address, false);
        withdraw(port, address);
    }

    void withdraw(PortModel port, IpAddress address) {
        final Claim before = book.owner(port.domain(), address);
        final Claim now = book.remove(port.domain(), port.index(), address);
        if (before == null || before.port() != port.index()) {
            return;
        }
        if (now == null) {
            leave(port, address);
        } else {
            direct(port.domain(), address);
        }
        if (events.admits(port.name())) {
            log.info("event=address_removed port={} address={}", port.name(), address);
            if (now != null) {
                log.info(
                        "event=address_moved address={} from={} to={}",
                        address,
                        port.name(),
                        model().port(now.port()).name());
            }
        }
    }

    /**
     * Lets lookups of an address find who has it now. Nobody is found where the owner's port is
     * down (spec ADR-6), or where the host has the address itself, whoever came first (ADR-10): the
     * claim waits.
     */
    void direct(int domain, IpAddress address) {
        final Claim owner = book.owner(domain, address);
        if (owner == null || !model().port(owner.port()).up() || hostHas(domain, address)) {
            elsewhere(domain, address);
            return;
        }
        if (addresses.find(domain, address) != owner.port()) {
            announcements.came(model().port(owner.port()), address);
        }
        if (addresses.put(domain, address, owner.port())) {
            // The table has grown: lcores must be given the new one.
            live.touch();
        }
    }

    /** No port here has an address: another host may. */
    private void elsewhere(int domain, IpAddress address) {
        final int remote =
                hostHas(domain, address) ? AddressTable.NONE : tunnels.remote(domain, address);
        if (remote == AddressTable.NONE) {
            addresses.remove(domain, address);
        } else if (addresses.put(domain, address, remote)) {
            live.touch();
        }
    }

    /** Takes an address out of lookups, whoever has it. */
    void erase(int domain, IpAddress address) {
        addresses.remove(domain, address);
    }

    /**
     * Nobody uses an address of a port any more; what the port has sent from it before may still be
     * on its way where its source matters.
     */
    private void leave(PortModel port, IpAddress address) {
        if (port.hasInterface()
                && model().segmentOf(port.index()).options().antispoof()
                && addresses.find(port.domain(), address) == port.index()
                && !hostHas(port.domain(), address)) {
            leaving.add(port.domain(), address);
        } else {
            direct(port.domain(), address);
        }
    }

    private boolean hostHas(int domain, IpAddress address) {
        return model().segments().get(domain).holds(address);
    }

    /** Whether frames for the address of a claim reach its port while that is up. */
    boolean isActive(Claim claim) {
        final int domain = model().port(claim.port()).domain();
        final IpAddress address = claim.address().address();
        return book.owner(domain, address).port() == claim.port() && !hostHas(domain, address);
    }

    /**
     * A port says that it has an address.
     *
     * @return whether it is believed, now or before
     */
    boolean said(int index, IpAddress address) {
        return learner.said(model().segmentOf(index), model().port(index), address);
    }

    /** Whether a port has an address for no better reason than that it says so. */
    boolean onlySaid(int index, IpAddress address) {
        final Claim known =
                model().has(index) ? book.find(model().port(index).domain(), index, address) : null;
        return known != null && known.origin() == Origin.LEARNED;
    }

    /**
     * The names of who has some addresses, where anybody has them; who has only said so does not
     * count.
     */
    Map<IpAddress, String> owners(int domain, List<IpAddress> some) {
        final Map<IpAddress, String> owners = new HashMap<>();
        for (IpAddress address : some) {
            final int owner = owner(domain, address);
            if (owner != PortEntry.NONE) {
                owners.put(address, model().port(owner).name());
            }
        }
        return owners;
    }

    private int owner(int domain, IpAddress address) {
        if (hostHas(domain, address)) {
            return model().segments().get(domain).host();
        }
        final Claim claim = book.owner(domain, address);
        return claim == null || claim.origin() == Origin.LEARNED ? PortEntry.NONE : claim.port();
    }

    /** A port has come up or gone down, and with it what leads to it. */
    void linkChanged(PortModel port) {
        if (port.role() == PortEntry.Role.HOST && port.up()) {
            announcements.hostCame(port);
        }
        for (Claim claim : book.of(port.index())) {
            final IpAddress address = claim.address().address();
            if (port.up() || book.owner(port.domain(), address) != claim) {
                direct(port.domain(), address);
            } else {
                leave(port, address);
            }
        }
    }

    /** Nothing that was learned of a guest outlives it. */
    void guestGone(PortModel port) {
        learner.linkDown(port);
    }

    /** Another configuration may forbid what was learned. */
    void review() {
        learner.review(model());
    }

    /**
     * A port or host port is out of the model: claims of others that waited for its addresses take
     * over.
     *
     * @param segment as it was with the port
     */
    void forget(PortModel gone, SegmentModel segment) {
        learner.forgetPort(gone.index());
        // The index of the port may become another's.
        leaving.endAll();
        announcements.forget(gone.index());
        if (gone.role() == PortEntry.Role.HOST) {
            segment.hostAddresses().forEach(own -> direct(segment.domain(), own.address()));
        }
        for (Claim claim : book.of(gone.index())) {
            book.remove(segment.domain(), gone.index(), claim.address().address());
            direct(segment.domain(), claim.address().address());
        }
    }

    /** Who claims what. */
    AddressBook book() {
        return book;
    }

    /** What lookups go by. */
    AddressTable table() {
        return addresses.table();
    }

    /** Lcores are about to be given {@link #table}. */
    void published() {
        addresses.published();
    }

    /** Frees tables that nobody looks at any more; says how many. */
    int reclaim() {
        return addresses.reclaim();
    }

    /** Lcores have stopped. */
    @Override
    public void close() {
        addresses.close();
    }
}
