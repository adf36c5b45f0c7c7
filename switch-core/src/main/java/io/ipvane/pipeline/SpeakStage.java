// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.packet.Ethernet;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.table.SpokenGroups;

/**
 * Notes which groups a port speaks to, so that the answers find it: it may have joined the group a
 * moment ago. A burst without group frames pays one test.
 */
@HotPath
final class SpeakStage implements Stage {
    @Override
    public void process(Burst burst) {
        if ((burst.anyFacts & Facts.GROUP) == 0) {
            return;
        }
        final SpokenGroups spoken =
                ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress).spoken;
        if (spoken != null) {
            note(burst, spoken);
        }
    }

    private static void note(Burst burst, SpokenGroups spoken) {
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if ((burst.facts(i) & Facts.GROUP) != 0 && burst.verdict(i) != Verdict.DROP) {
                spoken.add(Ethernet.destination(burst.data(i)));
            }
        }
    }
}
