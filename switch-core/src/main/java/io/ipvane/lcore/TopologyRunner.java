// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.Counters;
import io.ipvane.device.Device;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.lcore.ThreadTopology.LcorePlan;
import io.ipvane.lcore.ThreadTopology.Role;
import io.ipvane.pipeline.Pipeline;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the roles of a topology over a set of devices, and starts and stops their threads. Used by
 * the thread that starts and stops the switch; {@link #status} and {@link #takeErrors} by any.
 *
 * <p>Every rx queue gets exactly one lcore, every transmitting lcore its own tx queue of every
 * device.
 */
public final class TopologyRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyRunner.class);
    private static final int MAX_SPINS = 200;
    private static final int MAX_YIELDS = 50;
    private static final long MIN_PARK_NANOS = 1_000;
    private static final long MAX_PARK_NANOS = 50_000;

    private final ThreadTopology topology;
    private final Device[] devices;
    private final FramePool pool;
    private final Counters counters;
    private final SnapshotPublisher publisher;
    private final ControlMailbox mailbox;
    private final Quiescence quiescence;
    private final Arena arena;

    private final List<LcoreAgent> agents = new ArrayList<>();
    private final List<AgentRunner> runners = new ArrayList<>();
    private final List<Supplier<Throwable>> errors = new ArrayList<>();
    private final List<List<String>> queueNames = new ArrayList<>();
    private final List<List<Integer>> readers = new ArrayList<>();
    private int nextReader;
    private int nextTransmitter;
    private BurstRing ring;
    private Transmitter transmitter;
    private boolean closed;

    /**
     * @param devices by port index, null where nothing stands
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
        this.topology = topology;
        this.devices = devices.clone();
        this.pool = pool;
        this.counters = counters;
        this.publisher = publisher;
        this.mailbox = mailbox;
        this.arena = arena;
        final int roles = topology.lcores().stream().mapToInt(l -> l.roles().size()).sum();
        this.quiescence = new Quiescence(publisher, roles);
        build();
    }

    private void build() {
        int receiver = 0;
        for (LcorePlan plan : topology.lcores()) {
            final List<LcoreRole> roles = new ArrayList<>();
            final List<String> names = new ArrayList<>();
            final List<Integer> own = new ArrayList<>();
            for (Role role : plan.roles()) {
                final RxQueue[] queues =
                        role == Role.FORWARD || role == Role.RECEIVE
                                ? queuesOf(receiver++)
                                : new RxQueue[0];
                for (RxQueue queue : queues) {
                    names.add(queue.name());
                }
                own.add(nextReader);
                roles.add(role(plan, role, queues));
            }
            final String name = "lcore-" + plan.lcore();
            final LcoreAgent agent =
                    new LcoreAgent(name, plan.lcore(), roles.toArray(LcoreRole[]::new));
            agents.add(agent);
            errors.add(agent::takeLastError);
            queueNames.add(List.copyOf(names));
            readers.add(List.copyOf(own));
        }
    }

    private LcoreRole role(LcorePlan plan, Role role, RxQueue[] queues) {
        final int reader = nextReader++;
        final boolean head = role == Role.FORWARD || role == Role.RECEIVE;
        final EpochReport report =
                new EpochReport(
                        quiescence, publisher, reader, head ? EpochReport.HEAD : reader - 1);
        return switch (role) {
            case RECEIVE -> {
                ring = new BurstRing(arena);
                yield new ReceiveRole(receiver(queues), ring, report);
            }
            case RUN -> {
                transmitter = transmitter();
                final boolean together = plan.roles().contains(Role.TRANSMIT);
                yield new RunRole(ring, together ? pipeline(transmitter) : pipeline(), report);
            }
            case TRANSMIT -> new TransmitRole(ring, transmitter, report);
            case FORWARD -> {
                final boolean sends = nextTransmitter == 0;
                final Transmitter own = transmitter();
                yield new ForwardRole(
                        receiver(queues), pipeline(own), own, report, sends, new Burst(arena));
            }
        };
    }

    private Receiver receiver(RxQueue[] queues) {
        return new Receiver(queues, publisher, counters.shard());
    }

    private Pipeline pipeline() {
        return watched(new Pipeline(arena, pool));
    }

    private Pipeline pipeline(Transmitter together) {
        return watched(new Pipeline(arena, pool, together));
    }

    private Pipeline watched(Pipeline pipeline) {
        errors.add(pipeline::takeLastError);
        return pipeline;
    }

    private Transmitter transmitter() {
        final int queue = nextTransmitter++;
        final CounterShard shard = counters.shard();
        for (Device device : devices) {
            if (device != null && queue >= device.txQueues()) {
                throw new IllegalArgumentException(tooFewQueues(device));
            }
        }
        final Transmitter transmitter =
                new Transmitter(arena, devices, queue, pool, shard, mailbox);
        errors.add(transmitter::takeLastError);
        return transmitter;
    }

    private String tooFewQueues(Device device) {
        return "threads.plan="
                + topology.plan().key()
                + " needs "
                + topology.transmitters()
                + " tx queues on '"
                + device.name()
                + "', which has "
                + device.txQueues()
                + "; name fewer lcores or use plan shared";
    }

    /** Deals the rx queues of all devices out to the receiving lcores, one after the other. */
    private RxQueue[] queuesOf(int receiver) {
        final List<RxQueue> mine = new ArrayList<>();
        int dealt = 0;
        for (int port = 0; port < devices.length; port++) {
            if (devices[port] == null) {
                continue;
            }
            for (int queue = 0; queue < devices[port].rxQueues(); queue++) {
                if (dealt++ % topology.receivers() == receiver) {
                    mine.add(new RxQueue(devices[port], queue, port));
                }
            }
        }
        return mine.toArray(RxQueue[]::new);
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
        for (LcoreAgent agent : agents) {
            final AgentRunner runner =
                    new AgentRunner(idle(), e -> LOG.debug("event=lcore_ended_by", e), null, agent);
            runners.add(runner);
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

    private IdleStrategy idle() {
        return switch (topology.idle()) {
            case BUSY -> BusySpinIdleStrategy.INSTANCE;
            case BACKOFF ->
                    new BackoffIdleStrategy(MAX_SPINS, MAX_YIELDS, MIN_PARK_NANOS, MAX_PARK_NANOS);
        };
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
                            queueNames.get(i),
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
        for (int i = 0; i < agents.size(); i++) {
            if (i < runners.size()) {
                runners.get(i).close();
            }
            if (!agents.get(i).ran()) {
                agents.get(i).closeRoles();
            }
        }
    }
}
