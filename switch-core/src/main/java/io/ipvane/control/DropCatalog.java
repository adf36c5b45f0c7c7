// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;
import io.ipvane.device.DeviceDrop;
import io.ipvane.egress.EgressDrop;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.lcore.LcoreDrop;
import io.ipvane.neighbor.NeighborDrop;
import io.ipvane.pipeline.ParseDrop;
import io.ipvane.snapshot.RouteDrop;
import io.ipvane.tunnel.TunnelDrop;
import io.ipvane.upcall.UpcallDrop;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The reasons of drops of all features, in the order in which a reader is shown them. */
public final class DropCatalog {
    /** Every reason there is. */
    public static final List<DropReason> ALL =
            Stream.<DropReason[]>of(
                            IpvlanDrop.values(),
                            ParseDrop.values(),
                            RouteDrop.values(),
                            NeighborDrop.values(),
                            EgressDrop.values(),
                            DeviceDrop.values(),
                            UpcallDrop.values(),
                            TunnelDrop.values(),
                            LcoreDrop.values(),
                            BurstDrop.values())
                    .flatMap(Arrays::stream)
                    .toList();

    private DropCatalog() {}

    /**
     * Numbers all reasons and refuses what cannot be counted; at start.
     *
     * @throws IllegalStateException with a sentence
     */
    public static void check() {
        DropReasons.check(ALL);
    }
}
