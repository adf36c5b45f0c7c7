// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.table.Grace;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane's one thread: the only writer of the model, of the address table and of the
 * neighbours. Takes few commands a turn, publishes at most one snapshot a turn, ages neighbours.
 */
final class Conductor implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(Conductor.class);
    private static final int COMMANDS_A_TURN = 256;

    private final Queue<Command> commands;
    private final SnapshotPublisher publisher;
    private final AddressPlane addresses;
    private final NeighborPlane neighbors;
    private final AddressBook book = new AddressBook();

    private SwitchModel model;
    private long generation;
    private boolean dirty;

    Conductor(
            SwitchModel model,
            Queue<Command> commands,
            SnapshotPublisher publisher,
            Grace grace,
            NeighborPlane neighbors) {
        this.model = model;
        this.commands = commands;
        this.publisher = publisher;
        this.addresses = new AddressPlane(grace);
        this.neighbors = neighbors;
        neighbors.model(model);
        publish();
    }

    @Override
    public int doWork() {
        int work = 0;
        Command command;
        while (work < COMMANDS_A_TURN && (command = commands.poll()) != null) {
            apply(command);
            work++;
        }
        work += neighbors.doWork();
        if (dirty) {
            publish();
        }
        return work + addresses.reclaim();
    }

    private void apply(Command command) {
        switch (command) {
            case Command.AddressAdded c -> added(c);
            case Command.AddressRemoved c -> removed(c);
            case Command.PortLink c -> link(c);
            case Command.PortGroups c -> change(model.port(c.port()).withGroups(c.groups()));
            case Command.UplinkLink c -> change(model.uplinks().get(c.uplink()).withLink(c.up()));
            case Command.Ask<?> c -> c.run();
        }
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
                        model, ++generation, addresses.table(), neighbors.table()));
        addresses.published();
    }

    private void added(Command.AddressAdded command) {
        final PortModel port = model.port(command.port());
        final IpPrefix address = command.address();
        if (port.role() == PortEntry.Role.HOST) {
            hostAddressAdded(port, address);
            return;
        }
        final String refusal = refusal(port, address.address());
        if (refusal != null) {
            LOG.warn(
                    "event=address_refused port={} address={} reason=\"{}\"",
                    port.name(),
                    address,
                    refusal);
            return;
        }
        final Claim claim = new Claim(port.index(), address, origin(command));
        if (book.holds(port.uplink(), claim)) {
            return;
        }
        final Claim owner = book.add(port.uplink(), claim);
        if (owner.port() == port.index()) {
            direct(port, address.address());
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

    /** Why an address may not be dispatched to a port, or null (spec ADR-8, ADR-10). */
    private String refusal(PortModel port, IpAddress address) {
        if (address.isUnspecified()
                || address.isLoopback()
                || address.isMulticast()
                || address.isLimitedBroadcast()) {
            return "EINVAL: not the address of one host";
        }
        final UplinkModel uplink = model.uplinkOf(port.index());
        if (uplink.holds(address)) {
            return "EADDRINUSE: held by the host port of uplink '" + uplink.name() + "'";
        }
        return null;
    }

    private void removed(Command.AddressRemoved command) {
        final PortModel port = model.port(command.port());
        final IpAddress address = command.address();
        if (port.role() == PortEntry.Role.HOST) {
            hostAddressRemoved(port, address);
            return;
        }
        final Claim before = book.owner(port.uplink(), address);
        final Claim now = book.remove(port.uplink(), port.index(), address);
        if (before == null || before.port() != port.index()) {
            return;
        }
        LOG.info("event=address_removed port={} address={}", port.name(), address);
        if (now == null) {
            addresses.remove(port.uplink(), address);
        } else {
            LOG.info(
                    "event=address_moved address={} from={} to={}",
                    address,
                    port.name(),
                    model.port(now.port()).name());
            direct(model.port(now.port()), address);
        }
    }

    /** Addresses of a port that is down are claimed, but unknown to lookup (spec ADR-6). */
    private void direct(PortModel port, IpAddress address) {
        if (port.up()) {
            dirty |= addresses.put(port.uplink(), address, port.index());
        } else {
            addresses.remove(port.uplink(), address);
        }
    }

    /** A port's own MTU may be lower than the uplink's, not higher (spec CFG-9). */
    private void link(Command.PortLink command) {
        final PortModel before = model.port(command.port());
        final int mtu = Math.min(command.mtu(), model.uplinkOf(before.index()).mtu());
        final PortModel port = before.withLink(command.up(), command.carrier(), mtu);
        if (port.equals(before)) {
            return;
        }
        change(port);
        if (port.up() != before.up()) {
            LOG.info("event=port_{} port={}", port.up() ? "up" : "down", port.name());
            if (port.role() == PortEntry.Role.PORT) {
                redirect(port);
            }
        }
    }

    /** Puts every address that the port has into the table, or takes it out. */
    private void redirect(PortModel port) {
        for (Claim claim : book.of(port.index())) {
            final IpAddress address = claim.address().address();
            if (book.owner(port.uplink(), address).port() == port.index()) {
                direct(port, address);
            }
        }
    }

    /** The host port's addresses are local routes, not entries of the table. */
    private void hostAddressAdded(PortModel host, IpPrefix address) {
        final UplinkModel uplink = model.uplinkOf(host.index());
        if (!uplink.holds(address.address())) {
            final List<IpPrefix> now = new ArrayList<>(uplink.hostAddresses());
            now.add(address);
            change(uplink.withHostAddresses(now));
            LOG.info("event=host_address_added uplink={} address={}", uplink.name(), address);
        }
    }

    private void hostAddressRemoved(PortModel host, IpAddress address) {
        final UplinkModel uplink = model.uplinkOf(host.index());
        if (uplink.holds(address)) {
            final List<IpPrefix> now = new ArrayList<>(uplink.hostAddresses());
            now.removeIf(own -> own.address().equals(address));
            change(uplink.withHostAddresses(now));
            LOG.info("event=host_address_removed uplink={} address={}", uplink.name(), address);
        }
    }

    /** The model as of this turn; conductor thread only. */
    SwitchModel model() {
        return model;
    }

    /** What was published last; conductor thread only. */
    long generation() {
        return generation;
    }

    /** Who claims what; conductor thread only. */
    AddressBook book() {
        return book;
    }

    /** The neighbours; conductor thread only. */
    NeighborPlane neighbors() {
        return neighbors;
    }

    /** Lcores have stopped: takes back every frame that waited, then frees the tables. */
    @Override
    public void onClose() {
        neighbors.close();
        addresses.close();
    }

    @Override
    public String roleName() {
        return "conductor";
    }
}
