// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.dhcp.DhcpSink;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.table.Grace;
import io.ipvane.table.GroupFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Supplier;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane's one thread: the only writer of the model, of the address table and of the
 * neighbours. Takes few commands a turn, publishes at most one snapshot a turn, ages neighbours,
 * and logs what went wrong elsewhere.
 *
 * <p>An exception within a turn is a defect: it is logged, once a second at most, and the next turn
 * runs. A conductor that ended would leave the switch deaf to every change.
 */
final class Conductor implements Agent, DhcpSink, LearnSink {
    private static final Logger LOG = LoggerFactory.getLogger(Conductor.class);
    private static final int COMMANDS_A_TURN = 256;
    private static final long SECOND = 1_000_000_000L;
    private static final long LINK_NANOS = SECOND / 10;
    private static final long SOON_NANOS = SECOND / 100;

    private final Queue<Command> commands;
    private final SnapshotPublisher publisher;
    private final AddressPlane addresses;
    private final NeighborPlane neighbors;
    private final SnoopPlane snoop;
    private final Announcer announcer;
    private final ErrorPlane errors;
    private final InterfaceSync interfaces = new InterfaceSync();
    private final AddressBook book = new AddressBook();
    private final EventLog events = new EventLog(LOG);
    private final AddressLearner learner =
            new AddressLearner(book, this::direct, events, LOG, System::nanoTime);
    private final Supplier<List<Throwable>> lcoreErrors;

    private SwitchModel model;
    private long generation;
    private long published;
    private boolean dirty;
    private Throwable lastError;
    private long lastSecond = System.nanoTime();
    private long lastAsked = System.nanoTime();

    Conductor(
            SwitchModel model,
            Queue<Command> commands,
            SnapshotPublisher publisher,
            Grace grace,
            NeighborPlane neighbors,
            SnoopPlane snoop,
            ErrorPlane errors,
            Supplier<List<Throwable>> lcoreErrors) {
        this.model = model;
        this.commands = commands;
        this.publisher = publisher;
        this.addresses = new AddressPlane(grace);
        this.neighbors = neighbors;
        this.snoop = snoop;
        this.announcer = new Announcer(neighbors::announce, System::nanoTime);
        this.errors = errors;
        this.lcoreErrors = lcoreErrors;
        snoop.tell(this, this);
        neighbors.model(model);
        publish();
    }

    @Override
    public int doWork() {
        int work = 0;
        try {
            work = turn();
        } catch (RuntimeException | Error e) {
            lastError = e;
        }
        final long now = System.nanoTime();
        if (now - lastSecond >= SECOND) {
            lastSecond = now;
            secondOver();
        }
        return work;
    }

    private int turn() {
        int work = 0;
        Command command;
        while (work < COMMANDS_A_TURN && (command = commands.poll()) != null) {
            work++;
            apply(command);
        }
        work += neighbors.doWork() + errors.doWork() + snoop.doWork(model) + announcer.tick();
        askLinks(LINK_NANOS);
        dirty |= snoop.takeDirty();
        if (dirty) {
            publish();
        }
        return work + addresses.reclaim();
    }

    /** Asks the uplinks and ports that tell nothing by themselves, if that was so long ago. */
    private void askLinks(long nanos) {
        final long now = System.nanoTime();
        if (now - lastAsked >= nanos) {
            lastAsked = now;
            interfaces.links().forEach(this::linkIs);
        }
    }

    private void linkIs(int index, boolean up) {
        if (!model.has(index)) {
            return;
        }
        if (model.port(index).role() == PortEntry.Role.UPLINK) {
            uplinkLink(model.uplinks().get(index), up);
        } else {
            link(new Command.PortLink(index, up, up, 0));
        }
    }

    /** Logs what the last second has left to say: one line a port, an lcore and a stage. */
    void secondOver() {
        events.secondOver();
        snoop.secondOver();
        for (Throwable error : lcoreErrors.get()) {
            LOG.error("event=stage_error", error);
        }
        snoop.takeLastError().ifPresent(error -> LOG.error("event=stage_error", error));
        if (lastError != null) {
            LOG.error("event=conductor_error", lastError);
            lastError = null;
        }
    }

    private void apply(Command command) {
        if (command instanceof Command.OfPort of && !model.has(of.port())) {
            // Its port was removed while it waited.
            return;
        }
        switch (command) {
            case Command.AddressAdded c -> added(c);
            case Command.AddressRemoved c -> removed(c);
            case Command.PortLink c -> link(c);
            case Command.InterfaceGone c -> gone(c);
            case Command.PortGroups c -> change(model.port(c.port()).withGroups(c.groups()));
            case Command.UplinkMtu c -> uplinkMtu(model.uplinks().get(c.port()), c.mtu());
            case Command.UplinkLink c -> uplinkLink(model.uplinks().get(c.port()), c.up());
            case Command.Ask<?> c -> c.run();
        }
    }

    /** Puts a model in the place of the one that it was built from; conductor thread only. */
    void replace(SwitchModel next) {
        model = next;
        neighbors.model(model);
        dirty = true;
        next.uplinks().keySet().forEach(this::portsFollow);
        learner.review(model);
    }

    /**
     * Takes a port, a host port or an uplink without ports out of the model, and its addresses out
     * of the table; claims of others that waited for them take over. Conductor thread only.
     */
    void remove(int index) {
        final PortModel gone = model.port(index);
        final UplinkModel uplink = model.uplinkOf(index);
        final ModelBuilder next = new ModelBuilder(model);
        next.remove(index);
        snoop.forgetPort(index);
        interfaces.forget(index);
        learner.forgetPort(index);
        replace(next.build());
        if (gone.role() == PortEntry.Role.HOST) {
            uplink.hostAddresses().forEach(own -> direct(uplink.index(), own.address()));
        }
        for (Claim claim : book.of(index)) {
            book.remove(uplink.index(), index, claim.address().address());
            direct(uplink.index(), claim.address().address());
        }
    }

    /**
     * The name of who has an address, if anybody; who has only said so does not count. Conductor
     * thread only.
     */
    Optional<String> owner(int uplink, IpAddress address) {
        if (hostHas(uplink, address)) {
            return Optional.of(model.port(model.uplinks().get(uplink).host()).name());
        }
        return Optional.ofNullable(book.owner(uplink, address))
                .filter(claim -> claim.origin() != Origin.LEARNED)
                .map(claim -> model.port(claim.port()).name());
    }

    /** Publishes now what has changed, and says the epoch that begins with it. */
    long published() {
        if (dirty) {
            publish();
        }
        return publisher.epoch();
    }

    private void change(PortModel port) {
        model = model.with(port);
        dirty = true;
    }

    private void change(UplinkModel uplink) {
        model = model.with(uplink);
        neighbors.model(model);
        dirty = true;
    }

    private void publish() {
        dirty = false;
        publisher.publish(
                SnapshotCompiler.compile(
                        model,
                        ++generation,
                        addresses.table(),
                        neighbors.table(),
                        port -> snoop.bits(model, port)));
        published = publisher.epoch();
        errors.model(model);
        addresses.published();
    }

    private void uplinkLink(UplinkModel uplink, boolean up) {
        if (uplink.linkUp() != up) {
            change(uplink.withLink(up));
            LOG.info("event=uplink_{} uplink={}", up ? "up" : "down", uplink.name());
        }
        portsFollow(uplink.index());
    }

    private void uplinkMtu(UplinkModel uplink, int mtu) {
        final int now = Math.min(mtu, uplink.maxMtu());
        if (uplink.mtu() != now) {
            change(uplink.withMtu(now));
            change(model.port(uplink.index()).withMtu(now, PortModel.UPLINKS_MTU));
            LOG.info("event=uplink_mtu uplink={} mtu={}", uplink.name(), now);
            portsFollow(uplink.index());
        }
    }

    /** Lets MTU and carrier of all ports and of the host port be what the uplink's allow. */
    private void portsFollow(int uplink) {
        for (PortModel port : model.ports()) {
            if (port != null && port.uplink() == uplink && port.role() != PortEntry.Role.UPLINK) {
                final PortModel now = interfaces.follow(port, model.uplinks().get(uplink));
                if (!now.equals(port)) {
                    change(now);
                }
            }
        }
    }

    private void added(Command.AddressAdded command) {
        final PortModel port = model.port(command.port());
        final IpPrefix address = command.address();
        if (port.role() == PortEntry.Role.HOST) {
            hostAddressAdded(port, address);
            return;
        }
        if (!isHost(address.address())) {
            if (events.admits(port.name())) {
                LOG.warn(
                        "event=address_refused port={} address={} error=EINVAL reason=\"not the"
                                + " address of one host\"",
                        port.name(),
                        address);
            }
            return;
        }
        final boolean leased = snoop.onInterface(port.index(), address.address(), true);
        final Claim claim =
                new Claim(port.index(), address, leased ? Origin.DHCP : origin(command));
        final Claim known = book.find(port.uplink(), port.index(), address.address());
        if (known != null) {
            if (known.origin() == Origin.LEARNED) {
                book.relabel(known, claim.origin());
            }
            return;
        }
        if (command.configured()) {
            learner.giveWay(model, port.uplink(), address.address());
        }
        if (!book.hasRoomFor(claim)) {
            if (events.admits(port.name())) {
                LOG.warn(
                        "event=address_refused port={} address={} error=ENOSPC reason=\"too many"
                                + " addresses\"",
                        port.name(),
                        address);
            }
            return;
        }
        final Claim owner = book.add(port.uplink(), claim);
        direct(port.uplink(), address.address());
        if (events.admits(port.name())) {
            logClaim(port, address, owner);
        }
    }

    private void logClaim(PortModel port, IpPrefix address, Claim owner) {
        final UplinkModel uplink = model.uplinkOf(port.index());
        if (uplink.holds(address.address())) {
            LOG.warn(
                    "event=address_duplicate port={} address={} owner={} error=EADDRINUSE",
                    port.name(),
                    address,
                    model.port(uplink.host()).name());
        } else if (owner.port() == port.index()) {
            LOG.info("event=address_added port={} address={}", port.name(), address);
        } else {
            LOG.warn(
                    "event=address_duplicate port={} address={} owner={} error=EADDRINUSE",
                    port.name(),
                    address,
                    model.port(owner.port()).name());
        }
    }

    private static Origin origin(Command.AddressAdded command) {
        if (command.address().address().isLinkLocal()) {
            return Origin.LINK_LOCAL;
        }
        return command.configured() ? Origin.CONFIG : Origin.NAMESPACE;
    }

    /** Whether an address can be that of one host, and so of one port (spec ADR-8). */
    private static boolean isHost(IpAddress address) {
        return !address.isUnspecified()
                && !address.isLoopback()
                && !address.isMulticast()
                && !address.isLimitedBroadcast();
    }

    private void removed(Command.AddressRemoved command) {
        final PortModel port = model.port(command.port());
        final IpAddress address = command.address();
        if (port.role() == PortEntry.Role.HOST) {
            hostAddressRemoved(port, address);
            return;
        }
        snoop.onInterface(port.index(), address, false);
        withdraw(port, address);
    }

    private void withdraw(PortModel port, IpAddress address) {
        final Claim before = book.owner(port.uplink(), address);
        final Claim now = book.remove(port.uplink(), port.index(), address);
        if (before == null || before.port() != port.index()) {
            return;
        }
        direct(port.uplink(), address);
        if (events.admits(port.name())) {
            LOG.info("event=address_removed port={} address={}", port.name(), address);
            if (now != null) {
                LOG.info(
                        "event=address_moved address={} from={} to={}",
                        address,
                        port.name(),
                        model.port(now.port()).name());
            }
        }
    }

    /** An address that a DHCP server has given works from now on, interface or not (spec B-4). */
    @Override
    public boolean leased(int index, IpPrefix address, long seconds) {
        final PortModel port = model.port(index);
        final Claim known = book.find(port.uplink(), index, address.address());
        if (known != null) {
            final boolean leasedBefore = known.origin() == Origin.DHCP;
            if (known.origin() == Origin.NAMESPACE || known.origin() == Origin.LEARNED) {
                book.relabel(known, Origin.DHCP);
            }
            return !leasedBefore;
        }
        learner.giveWay(model, port.uplink(), address.address());
        final Claim claim = new Claim(index, address, Origin.DHCP);
        if (!book.hasRoomFor(claim)) {
            return false;
        }
        final Claim owner = book.add(port.uplink(), claim);
        direct(port.uplink(), address.address());
        if (events.admits(port.name())) {
            LOG.info(
                    "event=lease_added port={} address={} seconds={}",
                    port.name(),
                    address,
                    seconds == Long.MAX_VALUE ? "forever" : seconds);
            logClaim(port, address, owner);
        }
        return false;
    }

    @Override
    public boolean isThere(int index) {
        if (!model.port(index).up()) {
            askLinks(SOON_NANOS);
        }
        return model.port(index).up();
    }

    @Override
    public boolean said(int index, IpAddress address) {
        return learner.said(model.uplinkOf(index), model.port(index), address);
    }

    @Override
    public boolean onlySaid(int index, IpAddress address) {
        final Claim known =
                model.has(index) ? book.find(model.port(index).uplink(), index, address) : null;
        return known != null && known.origin() == Origin.LEARNED;
    }

    @Override
    public void regrouped(int index, GroupFilter groups) {
        if (model.has(index) && model.port(index).up()) {
            change(model.port(index).withGroups(groups));
        }
    }

    /** What the interface still has stays, as what it is then: an address of the namespace. */
    @Override
    public void ended(int index, IpAddress address, boolean interfaceHasIt, String why) {
        final PortModel port = model.port(index);
        final Claim known = book.find(port.uplink(), index, address);
        if (known == null || known.origin() != Origin.DHCP) {
            return;
        }
        if (events.admits(port.name())) {
            LOG.info("event=lease_ended port={} address={} reason={}", port.name(), address, why);
        }
        if (interfaceHasIt) {
            book.relabel(known, Origin.NAMESPACE);
        } else {
            withdraw(port, address);
        }
    }

    /**
     * Lets lookups of an address find who has it now. Nobody is found where the owner's port is
     * down (spec ADR-6), or where the host has the address itself, whoever came first (ADR-10): the
     * claim waits.
     */
    private void direct(int uplink, IpAddress address) {
        final Claim owner = book.owner(uplink, address);
        if (owner != null && model.port(owner.port()).up() && !hostHas(uplink, address)) {
            if (addresses.find(uplink, address) != owner.port()
                    && model.uplinks().get(uplink).options().announce()) {
                announcer.add(uplink, address);
            }
            dirty |= addresses.put(uplink, address, owner.port());
        } else {
            announcer.remove(uplink, address);
            addresses.remove(uplink, address);
        }
    }

    private boolean hostHas(int uplink, IpAddress address) {
        return model.uplinks().get(uplink).holds(address);
    }

    /** Whether frames for the address of a claim reach its port while that is up. */
    boolean isActive(Claim claim) {
        final int uplink = model.port(claim.port()).uplink();
        final IpAddress address = claim.address().address();
        return book.owner(uplink, address).port() == claim.port() && !hostHas(uplink, address);
    }

    private void gone(Command.InterfaceGone command) {
        final PortModel port = model.port(command.port());
        if (events.admits(port.name())) {
            LOG.error("event=port_interface_gone port={}", port.name());
        }
        link(new Command.PortLink(command.port(), false, false, 0));
        interfaces.forget(command.port());
    }

    private void link(Command.PortLink command) {
        final PortModel before = model.port(command.port());
        final PortModel port =
                interfaces.told(
                        before,
                        model.uplinkOf(before.index()),
                        command.up(),
                        command.carrier(),
                        command.mtu());
        if (port.equals(before)) {
            return;
        }
        change(port);
        if (port.up() != before.up()) {
            if (events.admits(port.name())) {
                LOG.info("event=port_{} port={}", port.up() ? "up" : "down", port.name());
            }
            if (!port.hasInterface()) {
                guest(port);
            }
            for (Claim claim : book.of(port.index())) {
                direct(port.uplink(), claim.address().address());
            }
        }
    }

    /** A guest has come or gone; the next may be another one. */
    private void guest(PortModel port) {
        if (port.up()) {
            snoop.askGroups(model, port);
        } else {
            learner.linkDown(port);
            snoop.forgetGroups(port.index());
            change(port.withGroups(GroupFilter.ALL));
        }
    }

    /** The host port's addresses are local routes, not entries of the table. */
    private void hostAddressAdded(PortModel host, IpPrefix address) {
        final UplinkModel uplink = model.uplinkOf(host.index());
        if (!uplink.holds(address.address())) {
            final List<IpPrefix> now = new ArrayList<>(uplink.hostAddresses());
            now.add(address);
            change(uplink.withHostAddresses(now));
            learner.review(model);
            direct(uplink.index(), address.address());
            LOG.info("event=host_address_added uplink={} address={}", uplink.name(), address);
        }
    }

    private void hostAddressRemoved(PortModel host, IpAddress address) {
        final UplinkModel uplink = model.uplinkOf(host.index());
        if (uplink.holds(address)) {
            final List<IpPrefix> now = new ArrayList<>(uplink.hostAddresses());
            now.removeIf(own -> own.address().equals(address));
            change(uplink.withHostAddresses(now));
            direct(uplink.index(), address);
            LOG.info("event=host_address_removed uplink={} address={}", uplink.name(), address);
        }
    }

    /** Where interfaces are; to be called before the conductor runs. */
    void endpoints(Endpoints endpoints) {
        interfaces.endpoints(endpoints);
    }

    /** The model as it is now; conductor thread only. */
    @Override
    public SwitchModel model() {
        return model;
    }

    /** What was published last; conductor thread only. */
    long generation() {
        return generation;
    }

    /**
     * The generation that an lcore works by which has reached an epoch: the current one, or else
     * the one before it, as nobody is further behind for long.
     */
    long generationAt(long epoch) {
        return epoch >= published ? generation : generation - 1;
    }

    /** Who claims what; conductor thread only. */
    AddressBook book() {
        return book;
    }

    /** The neighbours; conductor thread only. */
    NeighborPlane neighbors() {
        return neighbors;
    }

    /** The frames that come by way of here; conductor thread only. */
    SnoopPlane snoop() {
        return snoop;
    }

    /** Lcores have stopped: takes back every frame that waited, then frees the tables. */
    @Override
    public void onClose() {
        snoop.close();
        neighbors.close();
        errors.close();
        addresses.close();
    }

    @Override
    public String roleName() {
        return "conductor";
    }
}
