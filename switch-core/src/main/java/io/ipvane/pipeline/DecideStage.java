// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Stage;
import io.ipvane.snapshot.ForwardingSnapshot;

/** Facts to verdict: one table load a frame, whatever mode and flag say. */
@HotPath
final class DecideStage implements Stage {
    @Override
    public void process(Burst burst) {
        final byte[] verdicts = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress).verdicts;
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            burst.verdict[i] = verdicts[burst.facts[i] & Facts.MASK];
        }
    }
}
