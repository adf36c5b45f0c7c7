// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import io.ipvane.config.IdleMode;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.ThreadPlan;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.Command;
import io.ipvane.control.ControlPlane;
import io.ipvane.counters.Counters;
import io.ipvane.device.Device;
import io.ipvane.device.NatDevice;
import io.ipvane.device.VlanTrunk;
import io.ipvane.lcore.ThreadTopology;
import io.ipvane.lcore.TopologyRunner;
import io.ipvane.macnat.GuestMac;
import io.ipvane.macnat.UplinkMac;
import io.ipvane.model.ModelBuilder;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.table.GroupFilter;
import io.ipvane.upcall.Mailboxes;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A whole switch over {@link MemoryDevice}s, stepped by the test on its own thread: the real
 * control plane, pipeline and roles, no DPDK, no root, deterministic.
 *
 * <p>Built from the configuration's own YAML; devices have the names used there: the uplink's, the
 * host interface's, the ports'. Addresses of ports are live at once, as if their interfaces had
 * them.
 */
public final class SwitchHarness implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Map<String, MemoryDevice> devices = new LinkedHashMap<>();
    private final Map<String, VlanTrunk> trunks = new LinkedHashMap<>();
    private final List<Device> all = new ArrayList<>();
    private final Map<String, Integer> indices = new LinkedHashMap<>();
    private final MemoryPool pool;
    private final Map<String, GuestMac> guests;
    private final int queues;
    private final Counters counters;
    private final TopologyRunner topology;
    private final SnapshotPublisher publisher = new SnapshotPublisher();
    private final ControlPlane control;
    private final int before;

    /** A switch as {@code yaml} says, run by {@code plan}. */
    public SwitchHarness(String yaml, ThreadPlan plan) {
        this(yaml, plan, new MemoryPool());
    }

    /** As the first, over a number of lcores that the plan takes, with frames from {@code pool}. */
    public SwitchHarness(String yaml, ThreadPlan plan, int lcores, MemoryPool pool) {
        this(yaml, topology(plan, lcores), pool, Map.of());
    }

    /** As the other, with frames from {@code pool}. */
    public SwitchHarness(String yaml, ThreadPlan plan, MemoryPool pool) {
        this(yaml, topology(plan, lcores(plan)), pool, Map.of());
    }

    /** As the first, with guests that bring their own MAC addresses behind some ports. */
    public SwitchHarness(String yaml, ThreadPlan plan, Map<String, GuestMac> guests) {
        this(yaml, topology(plan, lcores(plan)), new MemoryPool(), guests);
    }

    private SwitchHarness(
            String yaml, ThreadTopology plan, MemoryPool pool, Map<String, GuestMac> guests) {
        this.pool = pool;
        this.guests = guests;
        this.queues = plan.transmitters();
        this.before = pool.available();
        final SwitchConfig config = SwitchConfig.parse(yaml, "test");
        final ModelBuilder model = new ModelBuilder();
        for (UplinkConfig uplink : config.uplinks()) {
            final int index = model.uplink(uplink, Frames.OWN, uplink.mtu().orElse(1500), true);
            uplink(index, uplink, config);
            uplink.host()
                    .ifPresent(
                            host ->
                                    device(
                                            model.host(
                                                    index,
                                                    "",
                                                    host.interfaceName(),
                                                    host.addresses(),
                                                    List.of()),
                                            host.interfaceName()));
            for (PortConfig port : config.portsOf(uplink)) {
                device(model.port(index, port), port.name());
            }
        }
        final Mailboxes mailboxes = new Mailboxes(plan.transmitters());
        counters = new Counters(arena, all.size());
        topology =
                new TopologyRunner(
                        plan,
                        all.toArray(Device[]::new),
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
                        List::of);
        for (PortConfig port : config.ports()) {
            for (IpPrefix address : port.addresses()) {
                control.offer(new Command.AddressAdded(indices.get(port.name()), address, true));
            }
        }
        run();
        // What a switch announces at its start is no test's business but one's.
        transmitted();
    }

    private static int lcores(ThreadPlan plan) {
        return plan == ThreadPlan.PIPELINE ? 3 : 1;
    }

    private static ThreadTopology topology(ThreadPlan plan, int lcores) {
        return ThreadTopology.of(plan, IdleMode.BUSY, IntStream.range(0, lcores).boxed().toList());
    }

    /** Uplinks that share a device have one by its name in the configuration. */
    private void uplink(int index, UplinkConfig uplink, SwitchConfig config) {
        final boolean tagged =
                config.uplinks().stream()
                        .anyMatch(u -> u.device().equals(uplink.device()) && u.vlan().isPresent());
        if (!tagged) {
            device(index, uplink.name());
            return;
        }
        final String name = uplink.device().toString();
        final VlanTrunk trunk =
                trunks.computeIfAbsent(
                        name,
                        n -> {
                            final MemoryDevice device = new MemoryDevice(n, Frames.OWN, pool);
                            device.queues(queues);
                            devices.put(n, device);
                            return new VlanTrunk(device, pool);
                        });
        final int vid = uplink.vlan().orElse(VlanTrunk.UNTAGGED);
        add(index, uplink.name(), trunk.join(uplink.name(), vid));
        trunk.place(vid, index);
    }

    private void device(int index, String name) {
        final MemoryDevice device = new MemoryDevice(name, Frames.OWN, pool);
        device.queues(queues);
        devices.put(name, device);
        final GuestMac guest = guests.get(name);
        add(
                index,
                name,
                guest == null
                        ? device
                        : new NatDevice(device, guest, new UplinkMac(Frames.OWN), pool));
    }

    private void add(int index, String name, Device device) {
        if (index != all.size()) {
            throw new IllegalStateException("indices are dense in a fresh model");
        }
        all.add(device);
        indices.put(name, index);
    }

    /** The device of an uplink, host interface or port. */
    public MemoryDevice device(String name) {
        return devices.get(name);
    }

    /** Index of an uplink, host interface or port. */
    public int index(String name) {
        return indices.get(name);
    }

    /** Tells the conductor something, as a watcher would. */
    public void tell(Command command) {
        if (!control.offer(command)) {
            throw new IllegalStateException("the command queue is full");
        }
    }

    /** Who reads the groups of a port anew when it has spoken of them. */
    public void onGroups(IntConsumer listener) {
        control.onGroups(listener);
    }

    /** The group addresses that a port's interface has joined. */
    public void groups(String port, long... groups) {
        tell(new Command.PortGroups(index(port), GroupFilter.of(groups)));
    }

    /** Turns of all threads until none has work. */
    public void run() {
        int idle = 0;
        while (idle < 3) {
            idle = topology.step() + control.step() == 0 ? idle + 1 : 0;
        }
    }

    /** One turn of the lcores only. */
    public int step() {
        return topology.step();
    }

    /** One turn of one lcore, by its place in the topology. */
    public int step(int lcore) {
        return topology.step(lcore);
    }

    /** What each device was given since the last call, in the order of the devices. */
    public Map<String, List<byte[]>> transmitted() {
        final Map<String, List<byte[]>> all = new LinkedHashMap<>();
        devices.forEach((name, device) -> all.put(name, new ArrayList<>(device.transmitted())));
        return all;
    }

    /** The control plane: one turn of it by {@code step}, on a thread of the test's choice. */
    public ControlPlane control() {
        return control;
    }

    /** What the lcores forward by. */
    public ForwardingSnapshot snapshot() {
        return publisher.current();
    }

    /** One counter of one device. */
    public long counter(String name, int column) {
        return counters.sum(index(name), column);
    }

    /** The topology, for its errors and status. */
    public TopologyRunner topology() {
        return topology;
    }

    /** The pool that all frames come from. */
    public MemoryPool pool() {
        return pool;
    }

    /** Frames that wait somewhere, for a neighbour for instance. */
    public int held() {
        return before - pool.available();
    }

    /**
     * Stops everything.
     *
     * @throws AssertionError where frames leaked: all must be back in the pool by then
     */
    @Override
    public void close() {
        topology.close();
        control.close();
        all.forEach(Device::close);
        arena.close();
        if (pool.available() != before) {
            throw new AssertionError((before - pool.available()) + " frames leaked");
        }
    }
}
