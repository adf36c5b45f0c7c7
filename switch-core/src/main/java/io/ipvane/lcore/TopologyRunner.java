// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.FramePool;
import io.ipvane.counters.Counters;
import io.ipvane.device.Device;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.lcore.ThreadTopology.LcorePlan;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.upcall.Mailboxes;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import org.agrona.concurrent.AgentRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops the threads of a topology, and gives them devices to serve. Used by the thread
 * that starts, changes and stops the switch; {@link #status}, {@link #device} and {@link
 * #takeErrors} by any.
 */
public final class TopologyRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyRunner.class);

    private final ThreadTopology topology;
    private final Lcores lcores;
    private final Wiring wiring;
    private final SnapshotPublisher publisher;
    private final Trails trails;
    private final Sleepers sleepers;
    private final List<AgentRunner> runners = new ArrayList<>();
    private boolean closed;

    /**
     * @param devices to begin with, by port index, null where nothing stands
     * @param counters has a row for every device that may come
     * @param mailboxes of as many lcores as the topology has that transmit
     * @param arena outlives this object; holds bursts and buffers
     */
    public TopologyRunner(
            ThreadTopology topology,
            Device[] devices,
            FramePool pool,
            Counters counters,
            SnapshotPublisher publisher,
            Mailboxes mailboxes,
            Arena arena) {
        this(
                topology,
                devices,
                pool,
                counters,
                publisher,
                mailboxes,
                arena,
                Trails.inMemory(arena));
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
            Mailboxes mailboxes,
            Arena arena,
            Trails trails) {
        this.topology = topology;
        this.publisher = publisher;
        this.trails = trails;
        this.sleepers = new Sleepers(topology.idle());
        this.lcores =
                new Lcores(
                        topology,
                        pool,
                        counters,
                        publisher,
                        mailboxes,
                        arena,
                        trails,
                        sleepers::wake);
        this.wiring = lcores.wiring();
        for (int port = 0; port < devices.length; port++) {
            if (devices[port] != null) {
                attach(port, devices[port]);
            }
        }
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
        return lcores.quiescence();
    }

    /**
     * Starts every lcore's thread and waits until it is pinned and registered. A snapshot must have
     * been published before.
     *
     * @throws DpdkException with a sentence where a thread cannot be had, because the process may
     *     not use its CPU for instance; {@link #close} then ends those that run
     */
    public void start() {
        final List<LcoreAgent> agents = lcores.agents();
        for (int i = 0; i < agents.size(); i++) {
            final LcoreAgent agent = agents.get(i);
            final int place = i;
            agent.wakeBy(() -> sleepers.wake(place));
            final AgentRunner runner =
                    new AgentRunner(
                            sleepers.add(wiring.queues(i), this::settled, agent::awoke),
                            e -> LOG.debug("event=lcore_ended_by", e),
                            null,
                            agent);
            runners.add(runner);
        }
        lcores.onSend(sleepers::wake);
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

    /** Whether all lcores have finished with all epochs before the present one. Any thread. */
    private boolean settled() {
        return lcores.quiescence().reached() >= publisher.epoch();
    }

    /** Every lcore with what it does. */
    public List<LcoreStatus> status() {
        final List<LcoreStatus> all = new ArrayList<>();
        for (int i = 0; i < lcores.agents().size(); i++) {
            final LcoreAgent agent = lcores.agents().get(i);
            final LcorePlan plan = topology.lcores().get(i);
            all.add(
                    new LcoreStatus(
                            agent.roleName(),
                            agent.lcore(),
                            plan.roles().stream()
                                    .map(r -> r.name().toLowerCase(Locale.ROOT))
                                    .toList(),
                            wiring.queueNames(i),
                            lcores.reached(i),
                            agent.busyNanos(),
                            agent.idleNanos()));
        }
        return all;
    }

    /**
     * Exceptions of stages since the last call, at most one a pipeline, a transmitter and an lcore.
     */
    public List<Throwable> takeErrors() {
        return lcores.takeErrors();
    }

    /** One turn of every lcore on the calling thread: deterministic, for tests and benchmarks. */
    public int step() {
        int worked = 0;
        for (LcoreAgent agent : lcores.agents()) {
            worked += agent.turn();
        }
        return worked;
    }

    /** One turn of one lcore, by its place in the topology, as {@link #step()}. */
    public int step(int lcore) {
        return lcores.agents().get(lcore).turn();
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
        final List<LcoreAgent> agents = lcores.agents();
        for (int i = 0; i < agents.size(); i++) {
            if (i < runners.size()) {
                runners.get(i).close();
            }
            if (!agents.get(i).ran()) {
                agents.get(i).closeRoles();
            }
        }
        sleepers.close();
        lcores.drain();
    }
}
