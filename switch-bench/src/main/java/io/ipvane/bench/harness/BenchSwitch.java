// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.harness;

import io.ipvane.burst.FramePool;
import io.ipvane.config.IdleMode;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.ThreadPlan;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.Command;
import io.ipvane.control.ControlPlane;
import io.ipvane.counters.Counters;
import io.ipvane.device.Device;
import io.ipvane.lcore.ThreadTopology;
import io.ipvane.lcore.TopologyRunner;
import io.ipvane.model.ModelBuilder;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.upcall.Mailboxes;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A whole switch without the daemon: one uplink, port 0, and ports from 1 on, over devices of the
 * caller's; the real control plane, pipeline and roles. Stepped by the caller or run by threads.
 */
public final class BenchSwitch implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final SnapshotPublisher publisher = new SnapshotPublisher();
    private final Counters counters;
    private final TopologyRunner topology;
    private final ControlPlane control;
    private final int ports;

    /**
     * @param mode {@code l2} or {@code l3}
     * @param uplinkMac the one MAC
     * @param devices uplink first
     */
    public BenchSwitch(
            String mode,
            ThreadPlan plan,
            List<Integer> lcores,
            long uplinkMac,
            List<Device> devices,
            FramePool pool) {
        ports = devices.size();
        final SwitchConfig config = SwitchConfig.parse(yaml(mode, devices.size() - 1), "bench");
        final ModelBuilder model = new ModelBuilder();
        final UplinkConfig uplink = config.uplinks().getFirst();
        model.uplink(uplink, uplinkMac, 1500, true);
        for (PortConfig port : config.portsOf(uplink)) {
            model.port(0, port);
        }
        final ThreadTopology threads = ThreadTopology.of(plan, IdleMode.BUSY, lcores);
        final Mailboxes mailboxes = new Mailboxes(threads.transmitters());
        counters = new Counters(arena, devices.size());
        topology =
                new TopologyRunner(
                        threads,
                        devices.toArray(Device[]::new),
                        pool,
                        counters,
                        publisher,
                        mailboxes,
                        arena);
        control =
                new ControlPlane(
                        model.build(),
                        publisher,
                        topology.quiescence(),
                        mailboxes,
                        pool,
                        counters,
                        topology::takeErrors);
    }

    private static String yaml(String mode, int ports) {
        final StringBuilder yaml = new StringBuilder();
        yaml.append("uplinks: [ { name: wan0, device: \"vdev:net_ring0\", announce: false, mode: ")
                .append(mode)
                .append(" } ]\nports:\n");
        for (int i = 1; i <= ports; i++) {
            yaml.append("  - { name: p")
                    .append(i)
                    .append(", uplink: wan0, type: tap, interface: bench")
                    .append(i)
                    .append(" }\n");
        }
        return yaml.toString();
    }

    /** Gives an address to a port and waits until every lcore forwards by it; not while started. */
    public void address(int port, IpPrefix address) {
        while (!control.offer(new Command.AddressAdded(port, address, true))) {
            // Without a turn of the lcores: a source that never ends would ask for what is not
            // known yet.
            control.step();
        }
    }

    /** Lets the conductor finish what it was told; not while started. */
    public void settle() {
        int idle = 0;
        while (idle < 3) {
            topology.step();
            idle = control.step() == 0 ? idle + 1 : 0;
        }
    }

    /** Tells the conductor something. */
    public boolean tell(Command command) {
        return control.offer(command);
    }

    /** One turn of every role on the calling thread. */
    public int step() {
        return topology.step();
    }

    /** Starts the threads of the plan and the conductor's. */
    public void start() {
        control.start();
        topology.start();
    }

    /** The snapshot in force. */
    public ForwardingSnapshot snapshot() {
        return publisher.current();
    }

    /** How many ports there are, the uplink among them. */
    public int ports() {
        return ports;
    }

    /** One counter of a port; column as in {@link io.ipvane.counters.PortCounter}. */
    public long counter(int port, int column) {
        return counters.sum(port, column);
    }

    /** Exceptions that stages met: a benchmark with one is void. */
    public List<Throwable> errors() {
        return topology.takeErrors();
    }

    @Override
    public void close() {
        topology.close();
        control.close();
        arena.close();
    }
}
