// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.AddressTable;
import io.ipvane.tunnel.RemoteTable;

/**
 * What it means that an address of a tunnel's network is on another host: each frame is marked with
 * its remote for whoever sends it there, isolation of ports does not keep it from leaving, and
 * questions for the address are answered here (ARP and ND suppression), since they need not go to
 * every host of the network. Other bursts pay one test.
 */
@HotPath
final class RemoteStage {
    /** A frame is for nobody known, or for all: the mark says so. */
    static final int NO_REMOTE = 0;

    private static final int PRIVATE = IpvlanDrop.PRIVATE.number();

    private final FramePool pool;

    RemoteStage(FramePool pool) {
        this.pool = pool;
    }

    /** Behind the lookup, before the decision. */
    void find(Burst burst) {
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        if (!ingress.segment.tunneled()) {
            return;
        }
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            final boolean hasKey = burst.family(i) != Burst.NO_KEY;
            mark(burst.mbuf(i), hasKey ? burst.port(i) : AddressTable.NONE, pool);
        }
    }

    /** Behind the decision. */
    void settle(Burst burst) {
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        if (!ingress.segment.tunneled() || ingress.role == PortEntry.Role.UPLINK) {
            return;
        }
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if (RemoteTable.isRemote(pool.mark(burst.mbuf(i)))) {
                settle(burst, i);
            }
        }
    }

    private static void settle(Burst burst, int i) {
        if (burst.verdict(i) == Verdict.DROP) {
            // Whoever is on another host is no sibling.
            if (burst.reason(i) == PRIVATE) {
                change(burst, i, Verdict.WIRE);
            }
        } else if ((burst.facts(i) & Facts.SOLICIT) != 0) {
            change(burst, i, Verdict.RESPOND);
        }
    }

    private static void change(Burst burst, int i, int verdict) {
        burst.verdict(i, verdict);
        burst.anyVerdicts |= 1L << verdict;
    }

    /**
     * Says of a frame which remote it is for.
     *
     * @param found what the address table has for its next hop
     */
    static void mark(long mbuf, int found, FramePool pool) {
        pool.mark(mbuf, RemoteTable.isRemote(found) ? found : NO_REMOTE);
    }
}
