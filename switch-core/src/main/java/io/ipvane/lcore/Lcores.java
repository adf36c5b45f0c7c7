// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.Stage;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.Counters;
import io.ipvane.egress.Egress;
import io.ipvane.lcore.ThreadTopology.LcorePlan;
import io.ipvane.lcore.ThreadTopology.Role;
import io.ipvane.pipeline.Pipeline;
import io.ipvane.pipeline.TunnelStage;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.upcall.ControlMailbox;
import io.ipvane.upcall.Mailboxes;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The lcores of a topology with all that they run: built, and neither started nor given a device.
 * An lcore is told by its place in the topology, from 0.
 *
 * <p>Built by the thread that starts the switch; what it gives may be read by any.
 */
final class Lcores {
    private final ThreadTopology topology;
    private final Wiring wiring;
    private final FramePool pool;
    private final Counters counters;
    private final SnapshotPublisher publisher;
    private final Mailboxes mailboxes;
    private final Quiescence quiescence;
    private final Arena arena;

    /** Null where one lcore forwards all. */
    private final Homes homes;

    private final List<LcoreAgent> agents = new ArrayList<>();
    private final List<Supplier<Throwable>> errors = new ArrayList<>();
    private final List<List<Integer>> readers = new ArrayList<>();
    private int nextReader;

    /** Of the lcore that is being built. */
    private Trail trail;

    private BurstRing ring;

    /**
     * @param counters has a row for every device that may come
     * @param arena outlives this object; holds bursts and buffers
     * @param trails get what lcores do
     * @param wake says to an lcore that there is something for it
     */
    Lcores(
            ThreadTopology topology,
            FramePool pool,
            Counters counters,
            SnapshotPublisher publisher,
            Mailboxes mailboxes,
            Arena arena,
            Trails trails,
            IntConsumer wake) {
        this.topology = topology;
        this.wiring = new Wiring(topology, agents, counters.rows());
        this.pool = pool;
        this.counters = counters;
        this.publisher = publisher;
        this.mailboxes = mailboxes;
        this.arena = arena;
        final int roles = topology.lcores().stream().mapToInt(l -> l.steps().size()).sum();
        final int forwarders = topology.plan() == ThreadPlan.RUN_TO_COMPLETION ? roles : 1;
        final boolean several = forwarders > 1;
        this.quiescence = new Quiescence(publisher, several ? roles + forwarders : roles);
        this.homes = several ? new Homes(arena, pool, forwarders, quiescence, roles, wake) : null;
        for (LcorePlan plan : topology.lcores()) {
            trail = trails.add(plan.lcore());
            add(plan);
        }
    }

    private void add(LcorePlan plan) {
        final List<LcoreRole> roles = new ArrayList<>();
        final List<Integer> own = new ArrayList<>();
        for (Role role : plan.steps()) {
            own.add(nextReader);
            roles.add(role(plan, role));
        }
        final LcoreAgent agent =
                new LcoreAgent(
                        "lcore-" + plan.lcore(), plan.lcore(), roles.toArray(LcoreRole[]::new));
        agents.add(agent);
        errors.add(agent::takeLastError);
        readers.add(List.copyOf(own));
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
                                ? new Stage[] {pipeline(out), out.egress}
                                : new Stage[] {tunnels(out), out.egress};
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
                        ? pipeline(out)
                        : watched(homes.pipeline(self, out.lanes, out.counters, tunnels(out)));
        return new ForwardRole(
                receiver(),
                injector(out),
                homes == null
                        ? null
                        : homes.handIn(self, watched(Pipeline.handedIn(arena, pool)), out.egress),
                new Stage[] {pipeline, out.egress},
                out.lanes,
                report,
                new Burst(arena));
    }

    /** What sends for one lcore, and where it meets the conductor. */
    private record Out(
            Transmitter lanes, Egress egress, CounterShard counters, ControlMailbox mailbox) {}

    /** For the lcore that is being built: its place is the next one. */
    private Receiver receiver() {
        final Receiver receiver = new Receiver(publisher, counters.shard(), trail);
        wiring.add(agents.size(), receiver);
        return receiver;
    }

    private Pipeline pipeline(Out sameLcore) {
        return watched(
                Pipeline.splitting(
                        arena, pool, sameLcore.lanes, sameLcore.counters, tunnels(sameLcore)));
    }

    /** What comes out of tunnels is run and sent in the same turn, by the lcore that transmits. */
    private TunnelStage tunnels(Out out) {
        final Pipeline inner = watched(new Pipeline(arena, pool, out.lanes, out.counters));
        return new TunnelStage(arena, pool, out.counters, inner, out.egress);
    }

    private Pipeline watched(Pipeline pipeline) {
        errors.add(pipeline::takeLastError);
        return pipeline;
    }

    /** For the lcore that is being built. */
    private Out out() {
        final CounterShard shard = counters.shard();
        final int queue = wiring.transmitters();
        final ControlMailbox mailbox = mailboxes.of(queue);
        final Transmitter lanes =
                new Transmitter(arena, counters.rows(), queue, pool, shard, mailbox, trail);
        wiring.add(agents.size(), lanes);
        final Egress egress = new Egress(arena, lanes, pool, shard, mailbox);
        errors.add(egress::takeLastError);
        return new Out(lanes, egress, shard, mailbox);
    }

    private Injector injector(Out out) {
        final Injector injector =
                new Injector(
                        arena,
                        out.mailbox.toLcore(),
                        publisher,
                        pool,
                        out.counters,
                        out.lanes,
                        out.egress);
        errors.add(injector::takeLastError);
        return injector;
    }

    /** By their places. */
    List<LcoreAgent> agents() {
        return agents;
    }

    /** Which of them serves which queues. */
    Wiring wiring() {
        return wiring;
    }

    /** Says how an lcore, by its place, is told that the conductor has sent it something. */
    void onSend(IntConsumer wake) {
        for (int number = 0; number < wiring.transmitters(); number++) {
            final int place = wiring.transmitting(number);
            mailboxes.of(number).toLcore().onSend(() -> wake.accept(place));
        }
    }

    /** Who has finished with which epoch. */
    Quiescence quiescence() {
        return quiescence;
    }

    /** The epoch that all roles of an lcore have reached. */
    long reached(int lcore) {
        return readers.get(lcore).stream().mapToLong(quiescence::reported).min().orElse(0);
    }

    /** Exceptions of stages since the last call, at most one a pipeline, an egress and an lcore. */
    List<Throwable> takeErrors() {
        return errors.stream().map(Supplier::get).filter(Objects::nonNull).toList();
    }

    /** Frees what is on its way from one lcore to another. None runs any more. */
    void drain() {
        if (homes != null) {
            homes.drain();
        }
    }
}
