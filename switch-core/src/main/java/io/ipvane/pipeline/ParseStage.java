// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;

/** Bytes to columns, by {@link Parser}, as the port that the burst came in by wants it. */
@HotPath
final class ParseStage implements Stage {
    private final FramePool pool;

    ParseStage(FramePool pool) {
        this.pool = pool;
    }

    @Override
    public void process(Burst burst) {
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        Parser.parse(burst, ingress.segment.mac(), ingress.parseOptions, pool);
        if ((ingress.snoop & PortEntry.SNOOP_UNICAST) != 0) {
            SnoopStage.keepWhole(burst);
        }
    }
}
