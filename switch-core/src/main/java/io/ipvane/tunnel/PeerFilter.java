// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.HotPath;
import io.ipvane.packet.IpPrefix;
import io.ipvane.table.Fib4;
import io.ipvane.table.Fib6;
import java.util.List;

/** Networks whose hosts may send to a tunnel. Frozen; any thread. */
@HotPath
public final class PeerFilter {
    private final Fib4 networks4;
    private final Fib6 networks6;

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
    }

    /** Whether an IPv4 source may send, host-order int. */
    boolean passes4(int source) {
        return networks4.find(source) != Fib4.NONE;
    }

    /** Whether an IPv6 source may send, host-order halves. */
    boolean passes6(long high, long low) {
        return networks6.find(high, low) != Fib6.NONE;
    }
}
