// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.HotPath;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.AddressTable;
import java.util.List;

/**
 * One tunnel as the data plane sees it where frames come out of it. Frozen; any thread.
 *
 * <p>Addresses are laid out as in a row: IPv4 as a host-order int, IPv6 as two host-order halves.
 */
@HotPath
public final class Tunnel {
    /** No inner source makes a frame a loop. */
    public static final long ANY_MAC = -1;

    /** Row of its counters. */
    public final int index;

    /** UDP port that it receives at. */
    public final int port;

    /** Bits of a VXLAN header that make a packet wrong. */
    final long refusedBits;

    /** Bits of it that are group policy, or 0. */
    final boolean gbp;

    /** Whether IPv6 without UDP checksum is taken. */
    final boolean zeroChecksum6;

    /** Inner source MAC that makes a frame a loop, as the kernel has it; or {@link #ANY_MAC}. */
    final long ownMac;

    /** Who may send to it, or null: anybody. */
    final PeerFilter peers;

    /** The far ends of its remotes, by its index as domain. */
    private final AddressTable ends;

    /** Where frames of each VNI come in. */
    final VniTable vnis;

    /** Whether something later asks for what the outer headers said. */
    final boolean collects;

    private final int[] local4;
    private final long[] local6;

    /**
     * A tunnel.
     *
     * @param index row of its counters
     * @param local its own addresses
     * @param ownMac inner source MAC that makes a frame a loop; {@link #ANY_MAC} where there is
     *     none
     * @param peers who may send to it, or null: anybody
     * @param ends the far ends of its remotes: keys whose domain is {@code index}, whatever their
     *     value; the conductor changes it in place
     * @param collects whether something later asks for what the outer headers said
     */
    public Tunnel(
            int index,
            List<IpAddress> local,
            TunnelOptions options,
            long ownMac,
            PeerFilter peers,
            VniTable vnis,
            AddressTable ends,
            boolean collects) {
        this.index = index;
        this.port = options.port();
        this.refusedBits = options.refusedBits();
        this.gbp = options.gbp();
        this.zeroChecksum6 = options.zeroChecksum6();
        this.ownMac = ownMac;
        this.peers = peers;
        this.vnis = vnis;
        this.ends = ends;
        this.collects = collects;
        this.local4 = local.stream().filter(IpAddress::isIpv4).mapToInt(IpAddress::ipv4).toArray();
        final List<IpAddress> ipv6 = local.stream().filter(a -> !a.isIpv4()).toList();
        this.local6 = new long[2 * ipv6.size()];
        for (int i = 0; i < ipv6.size(); i++) {
            local6[2 * i] = ipv6.get(i).key0();
            local6[2 * i + 1] = ipv6.get(i).key1();
        }
    }

    /** Whether an IPv4 address is one of its own. */
    public boolean isLocal4(int address) {
        for (int local : local4) {
            if (local == address) {
                return true;
            }
        }
        return false;
    }

    /** Whether an IPv4 address is one of its own, or that of a far end. */
    boolean isEnd4(int address) {
        return isLocal4(address) || ends.find4(index, address) != AddressTable.NONE;
    }

    /** Whether an IPv6 address is one of its own, or that of a far end. */
    boolean isEnd6(long high, long low) {
        return isLocal6(high, low) || ends.find6(index, high, low) != AddressTable.NONE;
    }

    /** Whether an IPv6 address is one of its own. */
    public boolean isLocal6(long high, long low) {
        for (int i = 0; i < local6.length; i += 2) {
            if (local6[i] == high && local6[i + 1] == low) {
                return true;
            }
        }
        return false;
    }
}
