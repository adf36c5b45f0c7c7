// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.Facts;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.FlowTuple;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.table.KeyedHash;
import java.security.SecureRandom;

/**
 * A number that all frames of one inner flow share and few others do: the outer source port is made
 * of it, so that the underlay spreads flows over its ways and keeps each in order (spec ENC-7).
 *
 * <p>Made of addresses, protocol and ports; without ports where the packet is a fragment, so that
 * all fragments of a datagram share it; of MAC addresses and EtherType where it is no IP. Keyed, so
 * that nobody can choose flows that all take one way.
 *
 * <p>Owned by one lcore; all lcores of a process agree.
 */
@HotPath
final class FlowEntropy {
    private static final int TCP = 6;
    private static final int VERSION_4_IHL_5 = 0x45;
    private static final int IPV4_ADDRESSES = 12;
    private static final int PORTS = 4;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    /** So that all lcores of the switch give a flow one source port. */
    private static final long SECRET = new SecureRandom().nextLong();

    private final long secret0;
    private final long secret1;
    private final FlowTuple tuple = new FlowTuple();

    /** With the secret of this process: all agree. */
    FlowEntropy() {
        this(SECRET);
    }

    FlowEntropy(long secret) {
        secret0 = KeyedHash.fold(secret ^ SPREAD, SPREAD);
        secret1 = KeyedHash.fold(~secret ^ SPREAD, SPREAD) | 1;
    }

    /** Of a parsed frame: 32 bits. */
    int of(long row) {
        if ((Row.facts(row) & Facts.IP) == 0) {
            return ofOther(Row.data(row), Row.contiguous(row));
        }
        final long ip = Row.data(row) + Row.l3(row);
        final int bytes = Row.contiguous(row) - Row.l3(row);
        return Row.etherType(row) == Ethernet.TYPE_IPV4 ? of4(ip, bytes) : of6(ip, bytes);
    }

    private int of4(long ip, int bytes) {
        final int protocol = Ipv4.protocol(ip);
        if (Memory.u8(ip) == VERSION_4_IHL_5
                && (protocol == TCP || protocol == Ipv4.PROTOCOL_UDP)
                && !Ipv4.isFragment(ip)
                && bytes >= Ipv4.MIN_LENGTH + PORTS) {
            return hash(
                    Memory.i64be(ip, IPV4_ADDRESSES),
                    0,
                    Memory.i32be(ip, Ipv4.MIN_LENGTH),
                    protocol);
        }
        return ofTuple(ip, bytes, true);
    }

    private int of6(long ip, int bytes) {
        final int protocol = Ipv6.nextHeader(ip);
        if ((protocol == TCP || protocol == Ipv4.PROTOCOL_UDP) && bytes >= Ipv6.LENGTH + PORTS) {
            return hash(
                    fold6(Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip)),
                    fold6(Ipv6.destinationHigh(ip), Ipv6.destinationLow(ip)),
                    Memory.i32be(ip, Ipv6.LENGTH),
                    protocol);
        }
        return ofTuple(ip, bytes, false);
    }

    private int ofTuple(long ip, int bytes, boolean ipv4) {
        if (!tuple.read(ip, bytes, ipv4)) {
            return 0;
        }
        final int ports = tuple.sourcePort() << 16 | tuple.destinationPort();
        return ipv4
                ? hash((tuple.source0() << 32) | tuple.destination0(), 0, ports, tuple.protocol())
                : hash(
                        fold6(tuple.source0(), tuple.source1()),
                        fold6(tuple.destination0(), tuple.destination1()),
                        ports,
                        tuple.protocol());
    }

    private int ofOther(long frame, int bytes) {
        if (bytes < Ethernet.LENGTH) {
            return 0;
        }
        return hash(Ethernet.destination(frame), Ethernet.source(frame), 0, Ethernet.type(frame));
    }

    private long fold6(long high, long low) {
        return KeyedHash.fold(high ^ secret0, low ^ secret1);
    }

    private int hash(long first, long second, int ports, int protocol) {
        final long rest = (long) ports << 32 | protocol;
        return (int) (KeyedHash.fold(first ^ secret0, second ^ rest ^ secret1) >>> 32);
    }
}
