// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.FramePool;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.view.StatusUnavailableException;
import io.ipvane.counters.Counters;
import io.ipvane.learn.InterfaceLook;
import io.ipvane.model.ModelBuilder;
import io.ipvane.model.Route;
import io.ipvane.model.SwitchModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.request.Request;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.table.Grace;
import io.ipvane.tunnel.Flood;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.upcall.Mailboxes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the conductor: commands go into a bounded queue, answers come back by a {@link
 * Request}. Any thread; nothing here touches the model itself.
 */
public final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private static final int QUEUE = 16_384;
    private static final int ADDRESSES_A_TURN = 8_192;
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long ROOM_NANOS = 1_000_000;
    private static final long SETTLE_NANOS = 100_000;

    /** Address space, taken as it is used: 16 bytes each. */
    private static final int MOST_REMOTES = RemoteTable.MAX_REMOTES;

    private static final int MOST_ENDS = 1 << 17;

    private final ManyToOneConcurrentArrayQueue<Command> commands =
            new ManyToOneConcurrentArrayQueue<>(QUEUE);
    private final Grace grace;
    private final RemoteTable remotes;
    private final Conductor conductor;
    private final WakeableIdle idle = new WakeableIdle();
    private volatile boolean stopped;
    private AgentRunner runner;

    /**
     * Publishes the first snapshot of {@code model}; lcores may start after that.
     *
     * @param lcoreErrors takes the exceptions that lcores have met; asked once a second, to log
     *     them
     */
    public ControlPlane(
            SwitchModel model,
            SnapshotPublisher publisher,
            Quiescence quiescence,
            Mailboxes mailboxes,
            FramePool pool,
            Counters counters,
            Supplier<List<Throwable>> lcoreErrors) {
        grace = quiescence;
        remotes = new RemoteTable(MOST_REMOTES, MOST_ENDS, quiescence);
        conductor =
                new Conductor(
                        model,
                        commands,
                        publisher,
                        quiescence,
                        mailboxes,
                        pool,
                        counters.shard(),
                        System::nanoTime,
                        remotes,
                        lcoreErrors);
    }

    /** Says where interfaces are; before {@link #start}, else there are none. */
    public void endpoints(Endpoints endpoints) {
        conductor.endpoints(endpoints);
    }

    /**
     * Says who reads the groups of a port's interface anew when the port has spoken of them; called
     * on the conductor's thread with the index of the port, and must not wait.
     */
    public void onGroups(IntConsumer listener) {
        offer(new Command.Ask<>(new Request<>(() -> regroup(listener))));
    }

    private Boolean regroup(IntConsumer listener) {
        conductor.upcalls().groups().onGroups(listener);
        return true;
    }

    /** Says who looks at the interfaces of ports for addresses that are new. */
    public void onLook(InterfaceLook listener) {
        tell(() -> conductor.upcalls().sources().onLook(listener));
    }

    /** What a look has found has been told; where that is lost, the conductor waits a second. */
    public void looked(long ticket) {
        tell(() -> conductor.upcalls().sources().looked(ticket));
    }

    /** The interface of a port has told all that there was when the watch of it began. */
    public void told(int port) {
        tell(() -> conductor.upcalls().sources().told(port));
    }

    private void tell(Runnable task) {
        put(new Command.Ask<>(Request.of(task)));
    }

    /** Starts the conductor's thread. */
    public void start() {
        runner = new AgentRunner(idle, e -> LOG.error("event=conductor_error", e), null, conductor);
        idle.wakes(AgentRunner.startOnThread(runner));
    }

    /** One turn on the calling thread instead, for tests. */
    public int step() {
        return conductor.doWork();
    }

    /** Queues a command; false where the queue is full. */
    public boolean offer(Command command) {
        final boolean taken = commands.offer(command);
        idle.wake();
        return taken;
    }

    /**
     * Queues a command, and sleeps while the queue is full; for what must not be lost.
     *
     * @return false where the conductor has stopped or the caller was interrupted
     */
    public boolean put(Command command) {
        while (!offer(command)) {
            if (stopped || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(ROOM_NANOS);
        }
        return true;
    }

    /**
     * Asks the conductor on its own thread and waits. A question that it has not begun to answer in
     * time is taken back: the conductor never sees it, so a refused change has not been made.
     *
     * @throws StatusUnavailableException where it does not begin in time, fails, or is too busy to
     *     be asked
     */
    <T> T ask(Function<Conductor, T> question) {
        final Request<T> request = new Request<>(() -> question.apply(conductor));
        if (!offer(new Command.Ask<>(request))) {
            throw new StatusUnavailableException("the control plane is busy: its queue is full");
        }
        if (!request.finish(ANSWER_NANOS)) {
            throw new StatusUnavailableException(
                    Thread.currentThread().isInterrupted()
                            ? "the request was interrupted"
                            : "the control plane did not answer in time");
        }
        try {
            return request.answer();
        } catch (RuntimeException | Error e) {
            LOG.warn("event=no_answer", e);
            throw new StatusUnavailableException("the control plane could not answer: " + e);
        }
    }

    /**
     * Adds an uplink to the model.
     *
     * @see ModelBuilder#uplink
     * @return its index
     */
    public int addUplink(UplinkConfig config, long mac, int mtu, int maxMtu, boolean linkUp) {
        return build(model -> model.uplink(config, mac, mtu, maxMtu, linkUp));
    }

    /**
     * Adds the host port of an uplink.
     *
     * @see ModelBuilder#host
     * @return its index
     */
    public int addHost(
            int uplink,
            String netns,
            String interfaceName,
            List<IpPrefix> addresses,
            List<Route> routes) {
        return build(model -> model.host(uplink, netns, interfaceName, addresses, routes));
    }

    /** What lies behind tunnels, for devices that send there. */
    public RemoteTable remotes() {
        return remotes;
    }

    /** Takes over what the configuration says of tunnels, networks and remotes. */
    public void changeTunnels(SwitchConfig config) {
        ask(
                conductor -> {
                    conductor.tunnels().change(config);
                    return conductor.published();
                });
    }

    /** Says who sends to the network that stands at an index; called with what it floods. */
    public void sendsTo(int uplink, Consumer<Flood> sender) {
        ask(
                conductor -> {
                    conductor.tunnels().sender(uplink, sender);
                    return conductor.published();
                });
    }

    /** Adds a port and says its index. */
    public int addPort(int uplink, PortConfig config) {
        return build(model -> model.port(uplink, config));
    }

    /** Gives an uplink another configuration; see {@link ModelBuilder#change}. */
    public void changeUplink(
            int uplink, UplinkConfig after, int maxMtu, Map<Integer, PortConfig> members) {
        build(
                model -> {
                    model.change(uplink, after, maxMtu, members);
                    return uplink;
                });
    }

    /** Gives a port another configuration; see {@link ModelBuilder#change}. */
    public void changePort(int port, PortConfig before, PortConfig after) {
        build(
                model -> {
                    model.change(port, before, after);
                    return port;
                });
    }

    /** Takes a port, a host port or an uplink without ports out of the model. */
    public void remove(int index) {
        ask(
                conductor -> {
                    conductor.remove(index);
                    return index;
                });
    }

    /**
     * Who has addresses of an uplink: ports, or the host port by the name of its interface.
     * Addresses that nobody has are left out. A turn of the conductor answers for many addresses,
     * and not for all where they are very many: it has other deadlines to keep.
     */
    public Map<IpAddress, String> owners(int uplink, List<IpAddress> addresses) {
        final Map<IpAddress, String> owners = new HashMap<>();
        for (int from = 0; from < addresses.size(); from += ADDRESSES_A_TURN) {
            final List<IpAddress> some =
                    addresses.subList(from, Math.min(from + ADDRESSES_A_TURN, addresses.size()));
            owners.putAll(ask(conductor -> conductor.claims().owners(uplink, some)));
        }
        return owners;
    }

    /** When this returns the snapshot in force has the change. */
    private int build(ToIntFunction<ModelBuilder> change) {
        return ask(
                conductor -> {
                    final ModelBuilder next = new ModelBuilder(conductor.model());
                    final int index = change.applyAsInt(next);
                    conductor.replace(next.build());
                    conductor.published();
                    return index;
                });
    }

    /**
     * Waits until every lcore forwards by all that the conductor has been told so far, and no frame
     * is on its way that was taken before.
     *
     * @throws StatusUnavailableException where that takes too long
     */
    public void settle() {
        final long epoch = ask(Conductor::published);
        final long patience = System.nanoTime() + ANSWER_NANOS;
        while (!grace.passed(epoch)) {
            if (System.nanoTime() - patience > 0) {
                throw new StatusUnavailableException(
                        "an lcore has not taken the change over in time");
            }
            LockSupport.parkNanos(SETTLE_NANOS);
        }
    }

    /** Stops the conductor; lcores have stopped before. */
    @Override
    public void close() {
        stopped = true;
        if (runner == null) {
            conductor.onClose();
        } else {
            runner.close();
        }
        remotes.close();
    }
}
