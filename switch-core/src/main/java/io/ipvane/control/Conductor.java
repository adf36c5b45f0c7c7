// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.dhcp.DhcpScene;
import io.ipvane.group.GroupSink;
import io.ipvane.learn.LearnSink;
import io.ipvane.model.ModelBuilder;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.table.Grace;
import io.ipvane.table.GroupFilter;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.upcall.Mailboxes;
import java.util.List;
import java.util.Queue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane's one thread: the only writer of the model, of the address table and of the
 * neighbours. Takes few commands a turn and publishes what they changed, works on frames, ages
 * neighbours, and logs what went wrong elsewhere.
 *
 * <p>An exception within a turn is a defect: it is logged, once a second at most, and the next turn
 * runs. A conductor that ended would leave the switch deaf to every change.
 */
final class Conductor implements Agent, LearnSink, GroupSink, DhcpScene {
    private static final Logger LOG = LoggerFactory.getLogger(Conductor.class);
    private static final int COMMANDS_A_TURN = 256;
    private static final long SECOND = 1_000_000_000L;
    private static final long LINK_NANOS = SECOND / 10;
    private static final long SOON_NANOS = SECOND / 100;

    private final Queue<Command> commands;
    private final SnapshotPublisher publisher;
    private final Upcalls upcalls;
    private final InterfaceSync interfaces = new InterfaceSync();
    private final EventLog events = new EventLog(LOG);
    private final LiveModel live;
    private final AddressClaims claims;
    private final UplinkChanges uplinks;
    private final Tunnels tunnels;
    private final RemoteTable remotes;
    private final Supplier<List<Throwable>> lcoreErrors;

    private long generation;
    private long published;
    private Throwable lastError;
    private long lastSecond = System.nanoTime();
    private long lastAsked = System.nanoTime();

    Conductor(
            SwitchModel model,
            Queue<Command> commands,
            SnapshotPublisher publisher,
            Grace grace,
            Mailboxes mailboxes,
            FramePool pool,
            CounterShard counters,
            LongSupplier clock,
            RemoteTable remotes,
            Supplier<List<Throwable>> lcoreErrors) {
        this.commands = commands;
        this.publisher = publisher;
        this.lcoreErrors = lcoreErrors;
        this.remotes = remotes;
        upcalls = new Upcalls(this, mailboxes, pool, counters, grace, clock);
        live = new LiveModel(model, upcalls::segments);
        claims =
                new AddressClaims(
                        live,
                        grace,
                        upcalls,
                        new Announcements.Way(upcalls.dispatcher().injector(), pool),
                        events,
                        LOG);
        uplinks = new UplinkChanges(live, interfaces, claims, this::published, LOG);
        tunnels =
                new Tunnels(live, uplinks, remotes, grace, publisher::current, claims::direct, LOG);
        claims.tunnels(tunnels);
        upcalls.dhcp().tell(new LeasedAddresses(live, claims, events, LOG));
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
        // Frames that come by way of here are decided by what the switch was told before.
        published();
        work += upcalls.dispatcher().doWork() + claims.tick();
        askLinks(LINK_NANOS);
        tunnels.tick(System.nanoTime());
        if (upcalls.dispatcher().takeChanged()) {
            live.touch();
        }
        published();
        return work + claims.reclaim() + tunnels.reclaim();
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
        if (!model().has(index)) {
            return;
        }
        if (model().port(index).role() == PortEntry.Role.UPLINK) {
            uplinks.link(model().segmentOf(index), up);
        } else {
            link(new Command.PortLink(index, up));
        }
    }

    /** Logs what the last second has left to say: one line a port, an lcore and a stage. */
    void secondOver() {
        events.secondOver();
        upcalls.dispatcher().secondOver();
        for (Throwable error : lcoreErrors.get()) {
            LOG.error("event=stage_error", error);
        }
        if (lastError != null) {
            LOG.error("event=conductor_error", lastError);
            lastError = null;
        }
    }

    private void apply(Command command) {
        if (command instanceof Command.OfPort of && !model().has(of.port())) {
            // Its port was removed while it waited.
            return;
        }
        switch (command) {
            case Command.AddressAdded c -> claims.added(c);
            case Command.AddressTried c -> claims.announcements().tried(c);
            case Command.AddressRemoved c -> claims.removed(c);
            case Command.PortLink c -> link(c);
            case Command.PortPlace c -> place(c);
            case Command.InterfaceGone c -> gone(c);
            case Command.PortGroups c ->
                    live.change(
                            model().port(c.port())
                                    .withGroups(upcalls.groups().seen(c.port(), c.groups())));
            case Command.UplinkMtu c -> uplinks.mtu(model().segmentOf(c.port()), c.mtu());
            case Command.UplinkMac c -> uplinks.mac(model().segmentOf(c.port()), c.mac());
            case Command.UplinkLink c -> uplinks.link(model().segmentOf(c.port()), c.up());
            case Command.Ask<?> c -> c.question().run();
        }
    }

    /** Puts a model in the place of the one that it was built from; conductor thread only. */
    void replace(SwitchModel next) {
        final SwitchModel before = model();
        live.replace(next);
        next.segments().values().stream()
                .map(SegmentModel::host)
                .filter(host -> next.has(host) && !before.has(host))
                .forEach(host -> claims.announcements().hostCame(next.port(host)));
        next.segments().keySet().forEach(uplinks::portsFollow);
        claims.review();
    }

    /**
     * Takes a port, a host port or an uplink without ports out of the model, and its addresses out
     * of the table; one that is not there needs nothing. Conductor thread only.
     */
    void remove(int index) {
        if (!model().has(index)) {
            return;
        }
        final PortModel gone = model().port(index);
        final SegmentModel segment = model().segmentOf(index);
        final ModelBuilder next = new ModelBuilder(model());
        next.remove(index);
        upcalls.dispatcher().forget(index);
        tunnels.forget(index, address -> claims.erase(index, address));
        interfaces.forget(index);
        replace(next.build());
        claims.forget(gone, segment);
    }

    /** Publishes now what has changed, and says the epoch that begins with it. */
    long published() {
        if (live.isDirty()) {
            publish();
        }
        return publisher.epoch();
    }

    private void publish() {
        live.published();
        publisher.publish(
                SnapshotCompiler.compile(
                        model(),
                        ++generation,
                        claims.table(),
                        upcalls.neighbors().table(),
                        tunnels.table(),
                        remotes,
                        upcalls.dispatcher()::wants,
                        upcalls.groups()::spoken,
                        upcalls.neighbors()::hasFailed));
        published = publisher.epoch();
        claims.published();
        tunnels.published();
    }

    @Override
    public ForwardingSnapshot snapshot() {
        published();
        return publisher.current();
    }

    @Override
    public boolean said(int index, IpAddress address) {
        return claims.said(index, address);
    }

    @Override
    public boolean onlySaid(int index, IpAddress address) {
        return claims.onlySaid(index, address);
    }

    @Override
    public boolean isThere(int index) {
        if (!model().port(index).up()) {
            askLinks(SOON_NANOS);
        }
        return model().port(index).up();
    }

    @Override
    public void regrouped(int index, GroupFilter groups) {
        if (model().has(index) && model().port(index).up()) {
            live.change(model().port(index).withGroups(groups));
        }
    }

    private void gone(Command.InterfaceGone command) {
        final PortModel port = model().port(command.port());
        if (events.admits(port.name())) {
            LOG.error("event=port_interface_gone port={}", port.name());
        }
        link(new Command.PortLink(command.port(), false));
        interfaces.forget(command.port());
    }

    private void place(Command.PortPlace command) {
        final PortModel before = model().port(command.port());
        final PortModel now = before.withPlace(command.netns(), command.interfaceName());
        if (!now.equals(before)) {
            live.change(now);
        }
    }

    private void link(Command.PortLink command) {
        final PortModel before = model().port(command.port());
        final PortModel port = interfaces.told(before, model().segmentOf(before.index()), command);
        if (port.equals(before)) {
            return;
        }
        live.change(port);
        if (port.up() != before.up()) {
            if (events.admits(port.name())) {
                LOG.info("event=port_{} port={}", port.up() ? "up" : "down", port.name());
            }
            if (!port.hasInterface()) {
                guest(port);
            }
            claims.linkChanged(port);
        }
    }

    /** A guest has come or gone; the next may be another one. */
    private void guest(PortModel port) {
        if (port.up()) {
            upcalls.groups().guestCame(port);
        } else {
            claims.guestGone(port);
            upcalls.guestGone(port.index());
            live.change(port.withGroups(GroupFilter.ALL));
        }
    }

    /** Where interfaces are; to be called before the conductor runs. */
    void endpoints(Endpoints endpoints) {
        interfaces.endpoints(endpoints);
    }

    /** The model as it is now; conductor thread only. */
    @Override
    public SwitchModel model() {
        return live.get();
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

    /** Whose addresses are; conductor thread only. */
    AddressClaims claims() {
        return claims;
    }

    /** What is behind tunnels; conductor thread only. */
    Tunnels tunnels() {
        return tunnels;
    }

    /** The features that see frames; conductor thread only. */
    Upcalls upcalls() {
        return upcalls;
    }

    /** Lcores have stopped: takes back every frame that waited, then frees the tables. */
    @Override
    public void onClose() {
        upcalls.dispatcher().close();
        claims.close();
        tunnels.close();
    }

    @Override
    public String roleName() {
        return "conductor";
    }
}
