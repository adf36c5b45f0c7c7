// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.burst.HotPath;
import io.ipvane.packet.Ethernet;
import io.ipvane.snapshot.PortEntry;

/** Whether a frame may leave by a port. Pure: no state, no effect; any thread. */
@HotPath
public final class EgressRules {
    private EgressRules() {}

    /**
     * Bytes of the longest frame that a port takes whole, tags that parse has skipped included. A
     * frame that its device will split into segments is told by its longest segment ({@link
     * io.ipvane.burst.FramePool#longest}, spec OFF-4).
     *
     * @param ingress where the frame came in; what comes in by some is not measured (spec F14)
     * @param l3 bytes before the L3 header, 0 where it could not be read
     */
    public static int longest(PortEntry ingress, PortEntry egress, int l3) {
        return ingress.measured
                ? egress.maxFrame + Math.max(0, l3 - Ethernet.LENGTH)
                : Integer.MAX_VALUE;
    }
}
