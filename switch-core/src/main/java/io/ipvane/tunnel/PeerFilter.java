// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.HotPath;
import io.ipvane.packet.IpPrefix;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Fib4;
import io.ipvane.table.Fib6;
import java.util.List;

/**
 * Who may send to a tunnel: hosts of some networks, or the far ends of its remotes and nobody else.
 * Frozen but for the ends, which the conductor changes in place; any thread.
 */
@HotPath
public final class PeerFilter {
    private final Fib4 networks4;
    private final Fib6 networks6;
    private final AddressTable ends;
    private final int domain;

    /** A filter that lets these networks pass, and nobody else. */
    public PeerFilter(List<IpPrefix> networks) {
        final Fib4.Builder four = new Fib4.Builder();
        final Fib6.Builder six = new Fib6.Builder();
        for (IpPrefix network : networks) {
            if (network.address().isIpv4()) {
                four.add(network.address().ipv4(), network.length(), 0);
            } else {
                six.add(network.address().key0(), network.address().key1(), network.length(), 0);
            }
        }
        networks4 = four.build();
        networks6 = six.build();
        ends = null;
        domain = 0;
    }

    /** A filter that lets pass what sends from a key of a table, in one domain. */
    public PeerFilter(AddressTable ends, int domain) {
        networks4 = Fib4.EMPTY;
        networks6 = Fib6.EMPTY;
        this.ends = ends;
        this.domain = domain;
    }

    /** Whether an IPv4 source may send, host-order int. */
    boolean passes4(int source) {
        return ends == null
                ? networks4.find(source) != Fib4.NONE
                : ends.find4(domain, source) != AddressTable.NONE;
    }

    /** Whether an IPv6 source may send, host-order halves. */
    boolean passes6(long high, long low) {
        return ends == null
                ? networks6.find(high, low) != Fib6.NONE
                : ends.find6(domain, high, low) != AddressTable.NONE;
    }
}
