// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;

/**
 * Picks out, at ports whose interface tells its addresses, what antispoof refuses: the address may
 * have been added a moment ago, and works for the program that added it. Such a frame gets the
 * verdict {@link Verdict#ASK_SOURCE}; the conductor has the interface looked at, and lets the frame
 * pass the stages anew.
 *
 * <p>Before the rewrite, as the frame is decided about as it came in. A burst of which nothing is
 * refused pays one test.
 */
@HotPath
final class SourceStage implements Stage {
    private static final int REFUSED = IpvlanDrop.ANTISPOOF.number();

    @Override
    public void process(Burst burst) {
        if ((burst.anyVerdicts >>> Verdict.DROP & 1) == 0) {
            return;
        }
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        if ((ingress.snoop & PortEntry.ASK_SOURCES) != 0) {
            pick(burst);
        }
    }

    private static void pick(Burst burst) {
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if (burst.verdict(i) == Verdict.DROP && burst.reason(i) == REFUSED) {
                burst.verdict(i, Verdict.ASK_SOURCE);
            }
        }
    }
}
