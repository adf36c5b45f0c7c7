// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.neighbor.NeighborDrop;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.neighbor.Responder;
import io.ipvane.packet.Ethernet;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.RouteTable;
import io.ipvane.tunnel.RemoteTable;

/**
 * Turns ARP and ND questions that the switch answers itself into their answers: RESPOND becomes
 * DELIVER to whom the question came from, or a drop. After the rewrite, as an answer is finished
 * when it is made. A burst without a question costs a test of its verdicts.
 */
@HotPath
final class RespondStage implements Stage {
    private final FramePool pool;
    private final Responder responder;

    RespondStage(FramePool pool) {
        this.pool = pool;
        this.responder = new Responder(pool);
    }

    @Override
    public void process(Burst burst) {
        if ((burst.anyVerdicts >>> Verdict.RESPOND & 1) == 0) {
            return;
        }
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if (burst.verdict(i) == Verdict.RESPOND) {
                respond(burst, i, ingress);
            }
        }
    }

    /** The answer takes the place of the question in the burst, on its way back to the asker. */
    private void respond(Burst burst, int i, PortEntry ingress) {
        final int asker = ingress.role == PortEntry.Role.PORT ? ingress.index : Responder.NO_PORT;
        final boolean remote =
                ingress.segment.tunneled() && RemoteTable.isRemote(pool.mark(burst.mbuf(i)));
        final boolean hosts = remote || isHosts(burst, i, ingress.segment.routes());
        final long mac = remote ? remoteMac(burst, i, ingress) : ingress.segment.mac();
        final long answer = responder.answer(burst, i, mac, hosts, asker);
        if (answer <= 0) {
            final boolean silent = answer == Responder.SILENCE;
            Drops.drop(burst, i, silent ? NeighborDrop.NO_ANSWER : BurstDrop.POOL_EMPTY);
            return;
        }
        pool.free(burst.mbuf(i));
        burst.frame(i, answer, pool.data(answer), pool.contiguous(answer), pool.length(answer));
        burst.l2(i, 0, Ethernet.type(burst.data(i)));
        burst.port(i, ingress.index);
        burst.verdict(i, Verdict.DELIVER);
    }

    /** A remote is a neighbour that needs not be asked, or the MAC is the network's. */
    private static long remoteMac(Burst burst, int i, PortEntry ingress) {
        final NeighborTable neighbors = ((ForwardingSnapshot) burst.snapshot).neighbors();
        final int domain = ingress.segment.domain();
        final long mac =
                burst.family(i) == Burst.KEY_IPV4
                        ? neighbors.mac4(domain, (int) burst.key0(i))
                        : neighbors.mac6(domain, burst.key0(i), burst.key1(i));
        return mac == NeighborTable.UNRESOLVED ? ingress.segment.mac() : mac;
    }

    private static boolean isHosts(Burst burst, int i, RouteTable routes) {
        final long high = burst.key0(i);
        final int hop =
                burst.family(i) == Burst.KEY_IPV4
                        ? routes.find4((int) high)
                        : routes.find6(high, burst.key1(i));
        return hop == RouteTable.LOCAL;
    }
}
