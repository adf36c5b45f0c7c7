// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.SnapshotCompiler;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.Counters;
import io.ipvane.counters.PortCounter;
import io.ipvane.egress.Egress;
import io.ipvane.ipvlan.Mode;
import io.ipvane.model.ModelBuilder;
import io.ipvane.model.PortModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.packet.Ethernet;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.table.AddressTable;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryDevice;
import io.ipvane.testing.MemoryPool;
import io.ipvane.upcall.ControlMailbox;
import io.ipvane.upcall.Mailboxes;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What lcores work on, without a control plane: uplink {@code wire}, host port {@code master},
 * ports c1 to c3 on memory devices, and one snapshot that a test can change.
 */
final class Rig implements AutoCloseable {
    static final int WIRE = 0;
    static final int MASTER = 1;
    static final int C1 = 2;
    static final int C2 = 3;
    static final int C3 = 4;

    private static final int MOST_LCORES = 5;

    private static final String YAML =
            """
            uplinks:
              - name: wire
                device: "vdev:net_null0"
                host: { interface: master, addresses: ["10.0.0.1/24"] }
            ports:
              - { name: c1, uplink: wire, type: tap }
              - { name: c2, uplink: wire, type: tap }
              - { name: c3, uplink: wire, type: tap, mtu: 1400 }
            """;

    final Arena arena = Arena.ofShared();
    final MemoryPool pool = new MemoryPool(512, 2048);
    final MemoryDevice[] devices = new MemoryDevice[5];
    final Counters counters = new Counters(arena, devices.length);
    final CounterShard shard = counters.shard();
    final SnapshotPublisher publisher = new SnapshotPublisher();
    final Mailboxes mailboxes;

    /** Of the first lcore. */
    final ControlMailbox mailbox;

    final AddressTable addresses;
    private final NeighborTable neighbors;
    private long generation;
    private SwitchModel model;
    private ForwardingSnapshot snapshot;

    Rig() {
        this(Mode.L2);
    }

    /**
     * As the other, in another mode.
     *
     * @param mode of all ports, whether a configuration may have it yet or not
     */
    Rig(Mode mode) {
        this(mode, MOST_LCORES);
    }

    /**
     * As the other, for another number of lcores that transmit.
     *
     * @param lcores how many at most
     */
    Rig(Mode mode, int lcores) {
        mailboxes = new Mailboxes(lcores);
        mailbox = mailboxes.of(0);
        final Quiescence nobody = new Quiescence(publisher, 0);
        addresses = new AddressTable(16, 16, nobody);
        neighbors = new NeighborTable(16, nobody);
        final SwitchConfig config = SwitchConfig.parse(YAML, "test");
        final UplinkConfig uplink = config.uplinks().get(0);
        final ModelBuilder builder = new ModelBuilder();
        builder.uplink(uplink, Frames.OWN, 1500, true);
        builder.host(WIRE, "", "master", uplink.host().orElseThrow().addresses(), List.of());
        config.ports().forEach(port -> builder.port(WIRE, in(mode, port)));
        for (int i = 0; i < devices.length; i++) {
            devices[i] =
                    new MemoryDevice(
                            List.of("wire", "master", "c1", "c2", "c3").get(i), Frames.OWN, pool);
        }
        change(builder.build());
    }

    private static PortConfig in(Mode mode, PortConfig port) {
        return new PortConfig(
                port.name(),
                port.uplink(),
                port.vni(),
                port.endpoint(),
                port.addresses(),
                port.mtu(),
                Optional.of(mode),
                port.flag(),
                port.allowedSources(),
                port.queues(),
                port.learn());
    }

    private void change(SwitchModel now) {
        model = now;
        snapshot = SnapshotCompiler.compile(model, ++generation, addresses, neighbors);
        publisher.publish(snapshot);
    }

    /** Takes a port down, for bursts made from now on. */
    void down(int port) {
        final PortModel before = model.port(port);
        change(model.with(before.withLink(false, false, before.mtu())));
    }

    /** A transmitter over all devices but those without a buffer. */
    Transmitter transmitter(FramePool frames, int... without) {
        final Transmitter transmitter =
                new Transmitter(
                        arena,
                        devices.length,
                        0,
                        frames,
                        shard,
                        mailbox,
                        Trails.inMemory(arena).add(0));
        for (int port = 0; port < devices.length; port++) {
            if (Arrays.binarySearch(without, port) < 0) {
                transmitter.attach(transmitter.prepare(port, devices[port]));
            }
        }
        return transmitter;
    }

    /** What carries verdicts out into the lanes of a transmitter. */
    Egress egress(Transmitter transmitter, FramePool frames) {
        return new Egress(arena, transmitter, frames, shard, mailbox);
    }

    /** What takes in for the conductor, behind {@code egress} the lanes of a transmitter. */
    Injector injector(Transmitter transmitter, Egress egress, FramePool frames) {
        return new Injector(
                arena, mailbox.toLcore(), publisher, frames, shard, transmitter, egress);
    }

    /** A burst of frames that came in by a port, all with one verdict. */
    Burst burst(int ingress, int verdict, byte[]... frames) {
        final Burst burst = new Burst(arena);
        for (byte[] bytes : frames) {
            final int i = burst.size++;
            final long mbuf = pool.frame(bytes);
            burst.frame(i, mbuf, pool.data(mbuf), bytes.length, bytes.length);
            burst.facts(i, 0);
            burst.l2(i, 0, Ethernet.TYPE_IPV4);
            burst.verdict(i, verdict);
            burst.port(i, AddressTable.NONE);
        }
        burst.ingress = ingress;
        burst.anyVerdicts = 1L << verdict;
        burst.snapshot = snapshot;
        return burst;
    }

    long drops(int port, DropReason reason) {
        return counters.sum(port, reason.column());
    }

    long sent(int port) {
        return counters.sum(port, PortCounter.TRANSMIT_PACKETS_COLUMN);
    }

    /** Frees everything; all frames must be back in the pool then. */
    @Override
    public void close() {
        mailboxes.drain(pool);
        for (MemoryDevice device : devices) {
            device.close();
        }
        addresses.close();
        neighbors.close();
        arena.close();
        pool.close();
    }
}
