// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReasons;
import io.ipvane.counters.CounterShard;
import io.ipvane.packet.IpAddress;
import io.ipvane.pipeline.Parser;
import io.ipvane.table.Grace;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** One remote over frames in memory: the outer packets that they become. */
final class Wrap implements AutoCloseable {
    static final int UPLINK = 2;
    static final int PLACE = 4;
    static final int MTU = 1500;
    static final long NEXT_HOP_MAC = 0x0200_0000_0A20L;

    /** Readers are always done. */
    static final Grace NO_READERS =
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

    /** An outer packet, taken apart by hand. */
    @SuppressWarnings("ArrayRecordComponent") // only read
    record Packet(byte[] frame, boolean ipv6) {
        private int at(int offset) {
            return frame[offset] & 0xFF;
        }

        private int word(int offset) {
            return ByteBuffer.wrap(frame).getShort(offset) & 0xFFFF;
        }

        int udp() {
            return ipv6 ? 54 : 34;
        }

        int tos() {
            return ipv6 ? word(14) >>> 4 & 0xFF : at(15);
        }

        int ttl() {
            return at(ipv6 ? 21 : 22);
        }

        int label() {
            return ByteBuffer.wrap(frame).getInt(14) & 0xFFFFF;
        }

        int id() {
            return word(18);
        }

        boolean df() {
            return (word(20) & 0x4000) != 0;
        }

        int fragmentBits() {
            return word(20) & 0x3FFF;
        }

        int ipLength() {
            return ipv6 ? word(18) + 40 : word(16);
        }

        int sourcePort() {
            return word(udp());
        }

        int destinationPort() {
            return word(udp() + 2);
        }

        int udpLength() {
            return word(udp() + 4);
        }

        int checksum() {
            return word(udp() + 6);
        }

        /** Whether the IPv4 header checksum, and the UDP checksum if there is one, are right. */
        boolean isSumRight() {
            final byte[] ip = Arrays.copyOfRange(frame, 14, udp());
            final byte[] udp = Arrays.copyOfRange(frame, udp(), frame.length);
            final byte[] ends = Arrays.copyOfRange(ip, ipv6 ? 8 : 12, ip.length);
            final int pseudo = Outer.sum(ends, ends.length, 17 + udp.length);
            return (ipv6 || Outer.sum(ip, 20, 0) == 0xFFFF)
                    && (checksum() == 0 || Outer.sum(udp, udp.length, pseudo) == 0xFFFF);
        }

        /** Whether only the sum of the pseudo header stands in the UDP checksum. */
        boolean isSumBegun() {
            final byte[] ends = Arrays.copyOfRange(frame, ipv6 ? 22 : 26, udp());
            return checksum() == Outer.sum(ends, ends.length, 17 + frame.length - udp());
        }

        long vxlan() {
            return ByteBuffer.wrap(frame).getLong(udp() + 8);
        }

        String ends() {
            return Frames.hex(Arrays.copyOfRange(frame, ipv6 ? 22 : 26, udp()));
        }

        String macs() {
            return Frames.hex(Arrays.copyOfRange(frame, 0, 14));
        }

        byte[] inner() {
            return Arrays.copyOfRange(frame, udp() + 16, frame.length);
        }
    }

    final MemoryPool pool = new MemoryPool(256, 9216);
    final RemoteTable remotes;
    final Encap encap;
    final int remote;

    private final Arena arena = Arena.ofShared();
    private final Burst burst = new Burst(arena);

    Wrap(OuterHeader header, int vni, long mac) {
        remotes = new RemoteTable(16, 16, NO_READERS);
        remote = remotes.add(vni, remotes.addEnd(header), mac);
        encap = new Encap(arena, pool, new CounterShard(arena, 16));
        encap.select(remote, remotes);
    }

    Wrap(boolean ipv6, TunnelOptions options) {
        this(header(ipv6, options), 42, 0);
    }

    static OuterHeader header(boolean ipv6, TunnelOptions options) {
        final IpAddress remote = IpAddress.parse(ipv6 ? Outer.PEER6 : Outer.PEER4);
        return new OuterHeader(
                Split.TUNNEL,
                UPLINK,
                MTU,
                IpAddress.parse(ipv6 ? Outer.LOCAL6 : Outer.LOCAL4),
                remote,
                remote,
                Frames.OWN,
                NEXT_HOP_MAC,
                options);
    }

    /** Parses a frame, as the only one of its burst. */
    long parse(long mbuf) {
        burst.size = 1;
        burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        Parser.parse(burst, Frames.OWN, Parser.STRICT, pool);
        return burst.row(0);
    }

    /** What a frame becomes. */
    Packet of(byte[]... segments) {
        final long mbuf = pool.frame(segments);
        encap.look(parse(mbuf));
        final int answer = encap.put(mbuf, PLACE);
        if (answer >= 0) {
            pool.free(mbuf);
            throw new AssertionError(DropReasons.of(answer).key());
        }
        final byte[] bytes = pool.bytes(mbuf);
        pool.free(mbuf);
        return new Packet(bytes, bytes[12] != 8);
    }

    @Override
    public void close() {
        remotes.close();
        pool.close();
        arena.close();
    }
}
