// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.bench.dispatch.Dispatch;
import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.burst.Burst;
import io.ipvane.burst.Stage;
import io.ipvane.burst.TxLanes;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.CounterShard;
import io.ipvane.packet.IpAddress;
import io.ipvane.pipeline.TunnelWays;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import io.ipvane.tunnel.Encap;
import io.ipvane.tunnel.OuterHeader;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.tunnel.Tunnel;
import io.ipvane.tunnel.TunnelOptions;
import io.ipvane.tunnel.TunnelTable;
import io.ipvane.tunnel.VniTable;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Bursts of frames that a port sends to its siblings, that the same port sends to as many remotes,
 * and the outer packets that these become as they come in by the uplink. Small frames; outer UDP
 * checksums over IPv6.
 */
@State(Scope.Thread)
public class TunnelBursts {
    static final int BURSTS = 64;
    static final int FRAMES = BURSTS * Burst.MAX;

    private static final int PORTS = 8;
    private static final int LONGEST = 1514;
    private static final int UPLINK = 0;
    private static final int MTU = 1500;
    private static final long MAC = 0x0200_0000_0001L;

    /** Each at an end of its own. */
    @Param({"1", "1000", "65536"})
    int remotes;

    /** IP version of the outer packets. */
    @Param({"4", "6"})
    int underlay;

    private final Arena arena = Arena.ofShared();
    private final TxLanes lanes = new TxLanes(arena, PORTS + 2);
    private final long laneMbufs = arena.allocate(8L * Burst.MAX * lanes.ports(), 64).address();
    private final Burst[] inner = new Burst[BURSTS];
    private final Burst[] outer = new Burst[BURSTS];
    private Dispatch ports;
    private Dispatch wire;
    private Stage pipeline;
    private ForwardingSnapshot plain;
    private ForwardingSnapshot tunnelling;
    private RemoteTable table;
    private AddressTable addresses;
    private AddressTable ends;
    private int header;

    @Setup
    public void receive(Lcore lcore) {
        header = underlay == 4 ? 50 : 70;
        ports = dispatch("inside");
        wire = dispatch("wire");
        final CounterShard counters = new CounterShard(arena, PORTS + 2);
        pipeline = TunnelWays.of(arena, ports.pool(), this::makeRoom, counters, TunnelBursts::end);
        for (int i = 0; i < lanes.ports(); i++) {
            lanes.limit(i, LONGEST);
            lanes.reset(i, laneMbufs(i));
        }
        final Encap encap = new Encap(arena, ports.pool(), counters);
        table = new RemoteTable(remotes, remotes, NO_READERS);
        ends = new AddressTable(1, 1, NO_READERS);
        for (int i = 0; i < BURSTS; i++) {
            inner[i] = new Burst(arena);
            ports.take(inner[i]);
            outer[i] = new Burst(arena);
            wire.take(outer[i]);
        }
        plain = (ForwardingSnapshot) inner[0].snapshot;
        final int first = addRemotes();
        tunnelling = snapshot(plain, addresses(plain, first), TunnelTable.NONE);
        final ForwardingSnapshot receiving =
                snapshot((ForwardingSnapshot) outer[0].snapshot, null, tunnels());
        for (Burst burst : outer) {
            wrap(burst, encap, first);
            burst.snapshot = receiving;
        }
    }

    private Dispatch dispatch(String ingress) {
        return new Dispatch(
                new DispatchSetup(
                        "null",
                        "l2",
                        ingress,
                        4,
                        Math.max(1, remotes),
                        FRAMES,
                        PORTS,
                        ThreadPlan.RUN_TO_COMPLETION,
                        List.of(Lcore.last())));
    }

    private IpAddress local() {
        return IpAddress.parse(underlay == 4 ? "192.0.2.10" : "2001:db8::10");
    }

    private int addRemotes() {
        int first = RemoteTable.NONE;
        for (int i = 0; i < remotes; i++) {
            // To ourselves, so that what is sent can be received.
            final OuterHeader to =
                    new OuterHeader(
                            UPLINK,
                            UPLINK,
                            MTU,
                            IpAddress.parse(underlay == 4 ? "192.0.2.20" : "2001:db8::20"),
                            local(),
                            local(),
                            MAC + 1,
                            MAC,
                            TunnelOptions.DEFAULT);
            final int remote = table.add(42, table.addEnd(to), 0);
            first = i == 0 ? remote : first;
        }
        return first;
    }

    /** The same addresses, but all of other ports than the sender are remotes. */
    private AddressTable addresses(ForwardingSnapshot of, int first) {
        addresses = new AddressTable(remotes + 1, 1, NO_READERS);
        of.addresses()
                .forEach(
                        new AddressTable.Visitor() {
                            private int next = first;

                            @Override
                            public void entry4(int domain, int address, int value) {
                                final boolean sender = value == ports.ingress();
                                addresses.put4(domain, address, sender ? value : next++);
                            }

                            @Override
                            public void entry6(int domain, long hi, long lo, int value) {}
                        });
        return addresses;
    }

    private ForwardingSnapshot snapshot(
            ForwardingSnapshot of, AddressTable others, TunnelTable tunnels) {
        final PortEntry[] entries = new PortEntry[of.size()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = of.entry(i);
        }
        return new ForwardingSnapshot(
                of.generation(),
                entries,
                others == null ? of.addresses() : others,
                of.neighbors(),
                tunnels,
                table);
    }

    private TunnelTable tunnels() {
        final Tunnel tunnel =
                new Tunnel(
                        UPLINK,
                        List.of(local()),
                        TunnelOptions.DEFAULT,
                        Tunnel.ANY_MAC,
                        null,
                        new VniTable(Map.of(42, UPLINK)),
                        ends,
                        false);
        return new TunnelTable(new Tunnel[][] {{tunnel}});
    }

    private void wrap(Burst burst, Encap encap, int first) {
        encap.select(first, table);
        for (int i = 0; i < burst.size; i++) {
            final long mbuf = burst.mbuf(i);
            burst.facts(i, 0);
            encap.look(burst.row(i));
            if (encap.put(mbuf, UPLINK) != Encap.DONE) {
                throw new IllegalStateException("no outer packet");
            }
            burst.frame(
                    i,
                    mbuf,
                    wire.pool().data(mbuf),
                    wire.pool().contiguous(mbuf),
                    wire.pool().length(mbuf));
        }
    }

    private static final Grace NO_READERS =
            new Grace() {
                @Override
                public long retire() {
                    return 0;
                }

                @Override
                public boolean passed(long ticket) {
                    return true;
                }
            };

    private static void end(Burst burst) {
        if (burst.size > 0) {
            throw new IllegalStateException(burst.size + " inner frames took no short way");
        }
    }

    private long laneMbufs(int port) {
        return laneMbufs + 8L * Burst.MAX * port;
    }

    /** Lanes that nobody sends: what is in them is forgotten. */
    private TxLanes makeRoom(Burst burst) {
        for (long used = lanes.takeUsed(); used != 0; used &= used - 1) {
            final int port = Long.numberOfTrailingZeros(used);
            lanes.reset(port, laneMbufs(port));
        }
        return lanes;
    }

    private void run(Burst burst) {
        pipeline.process(burst);
        if (burst.size > 0) {
            throw new IllegalStateException(burst.size + " frames took no short way");
        }
        burst.size = Burst.MAX;
    }

    void dispatch() {
        for (Burst burst : inner) {
            burst.snapshot = plain;
            run(burst);
        }
    }

    /** What is put in front is taken off again, so that the next turn finds what this one found. */
    void encapsulate() {
        for (Burst burst : inner) {
            burst.snapshot = tunnelling;
            run(burst);
            for (int i = 0; i < Burst.MAX; i++) {
                ports.pool().removeFront(burst.mbuf(i), header);
            }
        }
    }

    void decapsulate() {
        for (Burst burst : outer) {
            run(burst);
            for (int i = 0; i < Burst.MAX; i++) {
                wire.pool().prepend(burst.mbuf(i), header);
            }
        }
    }

    @TearDown
    public void free() {
        for (int i = 0; i < BURSTS; i++) {
            ports.free(inner[i]);
            wire.free(outer[i]);
        }
        ports.close();
        wire.close();
        table.close();
        addresses.close();
        ends.close();
        arena.close();
    }
}
