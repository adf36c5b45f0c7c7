// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.Stage;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.Counters;
import io.ipvane.device.Device;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.egress.Egress;
import io.ipvane.lcore.ThreadTopology.LcorePlan;
import io.ipvane.lcore.ThreadTopology.Role;
import io.ipvane.pipeline.Pipeline;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.upcall.ControlMailbox;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.agrona.concurrent.AgentRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the roles of a topology, starts and stops their threads, and gives them devices to serve.
 * Used by the thread that starts, changes and stops the switch; {@link #status}, {@link #device}
 * and {@link #takeErrors} by any.
 */
public final class TopologyRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyRunner.class);

    private final ThreadTopology topology;
    private final Wiring wiring;
    private final FramePool pool;
    private final Counters counters;
    private final SnapshotPublisher publisher;
    private final ControlMailbox mailbox;
    private final Quiescence quiescence;

    /** Null where one lcore forwards all. */
    private final Homes homes;

    private final Arena arena;
    private final Trails trails;

    private final List<LcoreAgent> agents = new ArrayList<>();
    private final List<AgentRunner> runners = new ArrayList<>();
    private final Sleepers sleepers;
    private final List<Supplier<Throwable>> errors = new ArrayList<>();
    private final List<List<Integer>> readers = new ArrayList<>();
    private int nextReader;

    /** Of the lcore that is being built. */
    private Trail trail;

    /** The place of the lcore that takes in for the conductor. */
    private int injecting;

    private BurstRing ring;
    private boolean closed;

    /**
     * @param devices to begin with, by port index, null where nothing stands
     * @param counters has a row for every device that may come
     * @param arena outlives this object; holds bursts and buffers
     */
    public TopologyRunner(
            ThreadTopology topology,
            Device[] devices,
            FramePool pool,
            Counters counters,
            SnapshotPublisher publisher,
            ControlMailbox mailbox,
            Arena arena) {
        this(topology, devices, pool, counters, publisher, mailbox, arena, Trails.inMemory(arena));
    }

    /**
     * As the other.
     *
     * @param trails get what lcores do
     */
    public TopologyRunner(
            ThreadTopology topology,
            Device[] devices,
            FramePool pool,
            Counters counters,
            SnapshotPublisher publisher,
            ControlMailbox mailbox,
            Arena arena,
            Trails trails) {
        this.trails = trails;
        this.topology = topology;
        this.wiring = new Wiring(topology, agents, counters.rows());
        this.sleepers = new Sleepers(topology.idle());
        this.pool = pool;
        this.counters = counters;
        this.publisher = publisher;
        this.mailbox = mailbox;
        this.arena = arena;
        final int roles = topology.lcores().stream().mapToInt(l -> l.steps().size()).sum();
        final int forwarders =
                (int)
                        topology.lcores().stream()
                                .filter(l -> l.steps().contains(Role.FORWARD))
                                .count();
        final boolean several = forwarders > 1;
        this.quiescence = new Quiescence(publisher, several ? roles + forwarders : roles);
        this.homes =
                several
                        ? new Homes(arena, pool, forwarders, quiescence, roles, sleepers::wake)
                        : null;
        build();
        for (int port = 0; port < devices.length; port++) {
            if (devices[port] != null) {
                attach(port, devices[port]);
            }
        }
    }

    private void build() {
        for (LcorePlan plan : topology.lcores()) {
            trail = trails.add(plan.lcore());
            final List<LcoreRole> roles = new ArrayList<>();
            final List<Integer> own = new ArrayList<>();
            for (Role role : plan.steps()) {
                own.add(nextReader);
                roles.add(role(plan, role));
            }
            final String name = "lcore-" + plan.lcore();
            final LcoreAgent agent =
                    new LcoreAgent(name, plan.lcore(), roles.toArray(LcoreRole[]::new));
            agents.add(agent);
            errors.add(agent::takeLastError);
            readers.add(List.copyOf(own));
        }
    }

    private LcoreRole role(LcorePlan plan, Role role) {
        final int reader = nextReader++;
        final boolean head = role == Role.FORWARD || role == Role.RECEIVE;
        final EpochReport report =
                new EpochReport(
                        quiescence, publisher, reader, head ? EpochReport.HEAD : reader - 1);
        return switch (role) {
            case RECEIVE -> {
                final boolean apart =
                        topology.lcores().stream().noneMatch(LcorePlan::runsAndTransmits);
                ring = new BurstRing(arena, apart);
                yield new ReceiveRole(receiver(), ring, report);
            }
            case RUN -> new RunRole(ring, watched(new Pipeline(arena, pool)), report);
            case TRANSMIT -> {
                final Out out = out();
                final Stage[] stages =
                        plan.runsAndTransmits()
                                ? new Stage[] {pipeline(out.lanes), out.egress}
                                : new Stage[] {out.egress};
                yield new TransmitRole(ring, injector(out), stages, out.lanes, report);
            }
            case FORWARD -> forward(report);
        };
    }

    private LcoreRole forward(EpochReport report) {
        final int self = wiring.transmitters();
        final Out out = out();
        final Pipeline pipeline =
                homes == null
                        ? pipeline(out.lanes)
                        : watched(homes.pipeline(self, out.lanes, out.counters));
        return new ForwardRole(
                receiver(),
                self == 0 ? injector(out) : null,
                homes == null
                        ? null
                        : homes.handIn(self, watched(Pipeline.handedIn(arena, pool)), out.egress),
                new Stage[] {pipeline, out.egress},
                out.lanes,
                report,
                new Burst(arena));
    }

    /** What sends for one lcore. */
    private record Out(Transmitter lanes, Egress egress, CounterShard counters) {}

    /** For the lcore that is being built: its place is the next one. */
    private Receiver receiver() {
        final Receiver receiver = new Receiver(publisher, counters.shard(), trail);
        wiring.add(agents.size(), receiver);
        return receiver;
    }

    private Pipeline pipeline(Transmitter sameLcore) {
        return watched(new Pipeline(arena, pool, sameLcore));
    }

    private Pipeline watched(Pipeline pipeline) {
        errors.add(pipeline::takeLastError);
        return pipeline;
    }

    /** For the lcore that is being built. */
    private Out out() {
        final CounterShard shard = counters.shard();
        final Transmitter lanes =
                new Transmitter(arena, counters.rows(), wiring.transmitters(), pool, shard, trail);
        wiring.add(agents.size(), lanes);
        final Egress egress = new Egress(arena, lanes, pool, shard, mailbox);
        errors.add(egress::takeLastError);
        return new Out(lanes, egress, shard);
    }

    private Injector injector(Out out) {
        injecting = agents.size();
        final Injector injector =
                new Injector(
                        arena,
                        mailbox.toLcore(),
                        publisher,
                        pool,
                        out.counters,
                        out.lanes,
                        out.egress);
        errors.add(injector::takeLastError);
        return injector;
    }

    /**
     * Serves one device more from the next turn of each lcore on. The snapshot in force knows its
     * port.
     *
     * @throws IllegalArgumentException with a sentence where it has too few queues, or the switch
     *     too many devices
     */
    public void attach(int port, Device device) {
        trails.name(port, device.name());
        wiring.attach(port, device);
    }

    /** Takes frames from those rx queues of a device that no lcore polls. */
    public void startReceiving(int port) {
        wiring.startReceiving(port);
    }

    /** Polls the rx queues of one port as those of another, which shares its device. */
    public void handOver(int from, int to) {
        wiring.handOver(from, to);
    }

    /**
     * No frame is taken from a device once this has returned; frames taken before may be on their
     * way for an epoch yet.
     */
    public void stopReceiving(int port) {
        wiring.stopReceiving(port);
    }

    /** Nothing of a device is used once this has returned: it may be closed. */
    public void detach(int port) {
        wiring.detach(port);
    }

    /** The device of a port, or null. */
    public Device device(int port) {
        return wiring.device(port);
    }

    /** Who has finished with which epoch: the grace period of every table that lcores read. */
    public Quiescence quiescence() {
        return quiescence;
    }

    /**
     * Starts every lcore's thread and waits until it is pinned and registered. A snapshot must have
     * been published before.
     *
     * @throws DpdkException with a sentence where a thread cannot be had, because the process may
     *     not use its CPU for instance; {@link #close} then ends those that run
     */
    public void start() {
        for (int i = 0; i < agents.size(); i++) {
            final LcoreAgent agent = agents.get(i);
            final int place = i;
            agent.wakeBy(() -> sleepers.wake(place));
            final AgentRunner runner =
                    new AgentRunner(
                            sleepers.add(wiring.queues(i)),
                            e -> LOG.debug("event=lcore_ended_by", e),
                            null,
                            agent);
            runners.add(runner);
        }
        mailbox.toLcore().onSend(() -> sleepers.wake(injecting));
        publisher.onAdvance(sleepers::wakeAll);
        for (AgentRunner runner : runners) {
            AgentRunner.startOnThread(runner);
        }
        for (LcoreAgent agent : agents) {
            try {
                agent.started().join();
            } catch (CompletionException e) {
                throw new DpdkException("threads.lcores: " + e.getCause().getMessage());
            }
        }
    }

    /** Every lcore with what it does. */
    public List<LcoreStatus> status() {
        final List<LcoreStatus> all = new ArrayList<>();
        for (int i = 0; i < agents.size(); i++) {
            final LcoreAgent agent = agents.get(i);
            final LcorePlan plan = topology.lcores().get(i);
            all.add(
                    new LcoreStatus(
                            agent.roleName(),
                            agent.lcore(),
                            plan.roles().stream()
                                    .map(r -> r.name().toLowerCase(Locale.ROOT))
                                    .toList(),
                            wiring.queueNames(i),
                            readers.get(i).stream().mapToLong(quiescence::reported).min().orElse(0),
                            agent.busyNanos(),
                            agent.idleNanos()));
        }
        return all;
    }

    /**
     * Exceptions of stages since the last call, at most one a pipeline, a transmitter and an lcore.
     */
    public List<Throwable> takeErrors() {
        final List<Throwable> taken = new ArrayList<>();
        for (Supplier<Throwable> source : errors) {
            final Throwable error = source.get();
            if (error != null) {
                taken.add(error);
            }
        }
        return taken;
    }

    /** One turn of every lcore on the calling thread: deterministic, for tests and benchmarks. */
    public int step() {
        int worked = 0;
        for (LcoreAgent agent : agents) {
            worked += agent.turn();
        }
        return worked;
    }

    /** One turn of one lcore, by its place in the topology, as {@link #step()}. */
    public int step(int lcore) {
        return agents.get(lcore).turn();
    }

    /**
     * Stops upstream lcores first, so that those behind them send what is left. Lcores that were
     * only stepped, or could not be started, end on the calling thread. The second time does
     * nothing.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        sleepers.end();
        for (int i = 0; i < agents.size(); i++) {
            if (i < runners.size()) {
                runners.get(i).close();
            }
            if (!agents.get(i).ran()) {
                agents.get(i).closeRoles();
            }
        }
        sleepers.close();
        if (homes != null) {
            homes.drain();
        }
    }
}
