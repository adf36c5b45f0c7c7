// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReasons;
import io.ipvane.burst.TunnelMeta;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.packet.IpAddress;
import io.ipvane.pipeline.Parser;
import io.ipvane.table.AddressTable;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A tunnel with its split over frames in memory: what comes out of it, and what is dropped. */
final class Split implements AutoCloseable {
    /** Row of the tunnel's counters. */
    static final int TUNNEL = 3;

    /** Where frames of VNI 42 come in. */
    static final int PLACE_42 = 5;

    /** The far ends of remotes: the peers. */
    static final AddressTable ENDS = ends();

    /** An inner frame as it came out. */
    @SuppressWarnings("ArrayRecordComponent") // only read
    record Inner(int place, byte[] bytes, Meta meta) {}

    /** What the outer headers said. */
    record Meta(
            long id,
            long remote0,
            long remote1,
            long local0,
            long local1,
            int flags,
            int label,
            int gbp,
            int sourcePort,
            int destinationPort,
            int tos,
            int ttl) {
        static Meta of(long row) {
            return new Meta(
                    TunnelMeta.id(row),
                    TunnelMeta.remote0(row),
                    TunnelMeta.remote1(row),
                    TunnelMeta.local0(row),
                    TunnelMeta.local1(row),
                    TunnelMeta.flags(row),
                    TunnelMeta.label(row),
                    TunnelMeta.gbp(row),
                    TunnelMeta.sourcePort(row),
                    TunnelMeta.destinationPort(row),
                    TunnelMeta.tos(row),
                    TunnelMeta.ttl(row));
        }
    }

    final MemoryPool pool = new MemoryPool(256, 4096);
    final Burst burst;
    final List<Inner> came = new ArrayList<>();
    final List<byte[]> stayed = new ArrayList<>();

    /** Sees each inner burst before it ends. */
    Consumer<Burst> look = inner -> {};

    private final Arena arena = Arena.ofShared();
    private final CounterShard counters = new CounterShard(arena, 16);
    private final TunnelSplit split;
    private final Tunnel[] tunnels;

    Split(Tunnel... tunnels) {
        this.tunnels = tunnels;
        burst = new Burst(arena);
        split = new TunnelSplit(arena, pool, counters, this::end);
    }

    /** A tunnel of both families for VNIs 0, 42 and the highest. */
    static Tunnel tunnel(TunnelOptions options) {
        return tunnel(options, Tunnel.ANY_MAC, null);
    }

    private static AddressTable ends() {
        final AddressTable ends = new AddressTable(8, 8, Wrap.NO_READERS);
        final IpAddress four = IpAddress.parse(Outer.PEER4);
        final IpAddress six = IpAddress.parse(Outer.PEER6);
        ends.put4(TUNNEL, four.ipv4(), 0);
        ends.put6(TUNNEL, six.key0(), six.key1(), 0);
        return ends;
    }

    static Tunnel tunnel(TunnelOptions options, long ownMac, PeerFilter peers) {
        final Map<Integer, Integer> places = new HashMap<>();
        places.put(0, 4);
        places.put(42, PLACE_42);
        places.put(43, 6);
        places.put(0xABCDEF, 7);
        places.put(0xFFFFFF, 8);
        return new Tunnel(
                TUNNEL,
                List.of(IpAddress.parse(Outer.LOCAL4), IpAddress.parse(Outer.LOCAL6)),
                options,
                ownMac,
                peers,
                new VniTable(places),
                ENDS,
                true);
    }

    private void end(Burst inner) {
        look.accept(inner);
        for (int i = 0; i < inner.size; i++) {
            final Meta meta = inner.tunneled ? Meta.of(inner.row(i)) : null;
            came.add(new Inner(inner.ingress, pool.bytes(inner.mbuf(i)), meta));
            pool.free(inner.mbuf(i));
        }
        inner.clear();
    }

    /** Puts a frame into the burst. */
    long add(byte[]... segments) {
        final long mbuf = pool.frame(segments);
        burst.frame(burst.size++, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        return mbuf;
    }

    /** Parses and splits what was put into the burst; what stays in it is freed. */
    void run() {
        Parser.parse(burst, Frames.OWN, Parser.STRICT, pool);
        split.process(burst, tunnels);
        for (int i = 0; i < burst.size; i++) {
            stayed.add(pool.bytes(burst.mbuf(i)));
            pool.free(burst.mbuf(i));
        }
        burst.clear();
    }

    /** What became of one frame: {@code in}, {@code stays}, or the reason of its drop. */
    String fate(byte[]... segments) {
        came.clear();
        stayed.clear();
        final Map<String, Long> before = drops();
        add(segments);
        run();
        if (came.size() + stayed.size() > 1) {
            throw new AssertionError("one frame became several");
        }
        if (!came.isEmpty()) {
            return "in";
        }
        if (!stayed.isEmpty()) {
            return "stays";
        }
        for (Map.Entry<String, Long> drop : drops().entrySet()) {
            if (!drop.getValue().equals(before.getOrDefault(drop.getKey(), 0L))) {
                return drop.getKey();
            }
        }
        throw new AssertionError("a frame vanished uncounted");
    }

    /** Drops counted at the tunnel, by name. */
    Map<String, Long> drops() {
        final Map<String, Long> drops = new HashMap<>();
        for (TunnelDrop drop : TunnelDrop.values()) {
            final long count = counters.get(TUNNEL, PortCounter.COUNT + drop.number());
            if (count > 0) {
                drops.put(drop.key(), count);
            }
        }
        final int split = BurstDrop.HEADERS_SPLIT.number();
        final long count = counters.get(TUNNEL, PortCounter.COUNT + split);
        if (count > 0) {
            drops.put(DropReasons.of(split).key(), count);
        }
        return drops;
    }

    @Override
    public void close() {
        pool.close();
        arena.close();
    }
}
