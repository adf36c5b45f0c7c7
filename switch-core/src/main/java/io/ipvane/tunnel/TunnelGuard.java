// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.packet.Udp;

/**
 * Keeps ports of an underlay out of its tunnels: what a port sends to the UDP port of a tunnel is
 * discarded if it is for one of the tunnel's ends, near or far, as the far one could not tell it
 * from ours. VXLAN to anybody else is none of our business and passes.
 *
 * <p>Owned by one lcore.
 */
@HotPath
public final class TunnelGuard {
    private static final int FORGED = TunnelDrop.VXLAN_FORGED.number();

    private final UdpFinder udp;

    /** A guard of one lcore. */
    public TunnelGuard(FramePool pool) {
        this.udp = new UdpFinder(pool);
    }

    /**
     * Marks what is forged with the fact {@link Facts#DISCARD}.
     *
     * @param burst parsed, from a port of the uplink
     * @param tunnels of the uplink
     */
    public void process(Burst burst, Tunnel[] tunnels) {
        for (int t = 0; t < tunnels.length; t++) {
            final Tunnel tunnel = tunnels[t];
            final int size = burst.size;
            for (int i = 0; i < size; i++) {
                final long row = burst.row(i);
                if ((Row.facts(row) & Facts.IP) != 0
                        && isEnd(row, tunnel)
                        && udp.find(burst, i)
                        && Udp.destinationPort(Row.data(row) + udp.header()) == tunnel.port) {
                    discard(burst, i);
                }
            }
        }
    }

    private static boolean isEnd(long row, Tunnel tunnel) {
        return Row.family(row) == Burst.KEY_IPV4
                ? tunnel.isEnd4((int) Row.key0(row))
                : tunnel.isEnd6(Row.key0(row), Row.key1(row));
    }

    private static void discard(Burst burst, int i) {
        burst.facts(i, (burst.facts(i) & ~Facts.IP) | Facts.DISCARD);
        burst.reason(i, FORGED);
        burst.anyFacts |= Facts.DISCARD;
    }
}
