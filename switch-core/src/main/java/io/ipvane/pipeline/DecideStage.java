// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.snapshot.ForwardingSnapshot;

/** Facts to verdict: one table load a frame, whatever mode and flag say. Adds the fact KNOWN. */
@HotPath
final class DecideStage implements Stage {
    @Override
    public void process(Burst burst) {
        final byte[] table = ((ForwardingSnapshot) burst.snapshot).entry(burst.ingress).verdicts;
        final int size = burst.size;
        long any = 0;
        for (int i = 0; i < size; i++) {
            final long row = burst.row(i);
            // A port is 0 or more, none is -1: the sign says whether the address is known.
            final int facts =
                    Row.facts(row) | (~Row.port(row) >>> (Integer.SIZE - 1)) * Facts.KNOWN;
            final int verdict = table[facts & Facts.MASK];
            Row.facts(row, facts);
            Row.verdict(row, verdict);
            any |= 1L << Math.min(verdict, Verdict.DROP_PARSED);
        }
        burst.anyVerdicts = any;
    }
}
