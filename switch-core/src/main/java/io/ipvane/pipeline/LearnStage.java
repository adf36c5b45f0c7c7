// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.neighbor.OwnAddresses;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;

/**
 * Picks out, at ports whose interface nobody can look at, what they say of themselves: addresses by
 * ARP and ND, groups by IGMP and MLD. Such a frame gets the verdict {@link Verdict#LEARN}, whatever
 * it had before: that was made without what the frame says, and antispoof may have refused it for
 * just that. What parse has discarded says nothing.
 *
 * <p>Before the rewrite, as the conductor decides anew about the frame as it came in. Other ports
 * pay one test a burst; and none of these frames would have taken the short way.
 */
@HotPath
final class LearnStage implements Stage {
    private static final int LEARNS = PortEntry.LEARN_ADDRESSES | PortEntry.LEARN_GROUPS;

    private final OwnAddresses own = new OwnAddresses();

    @Override
    public void process(Burst burst) {
        final PortEntry ingress = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress);
        if ((ingress.snoop & LEARNS) != 0) {
            pick(burst, ingress.snoop);
        }
    }

    private void pick(Burst burst, int snoop) {
        final boolean addresses = (snoop & PortEntry.LEARN_ADDRESSES) != 0;
        final boolean groups = (snoop & PortEntry.LEARN_GROUPS) != 0;
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if ((burst.facts(i) & Facts.DISCARD) == 0
                    && ((addresses && (own.read(burst, i) || own.isTrial()))
                            || (groups && SnoopStage.isMembership(burst, i)))) {
                burst.verdict(i, Verdict.LEARN);
            }
        }
    }
}
