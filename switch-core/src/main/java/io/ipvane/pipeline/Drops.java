// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.HotPath;
import io.ipvane.ipvlan.Verdict;

/** How a stage drops a frame: it says so, and why; egress frees and counts it. */
@HotPath
final class Drops {
    private Drops() {}

    static void drop(Burst burst, int i, DropReason reason) {
        burst.verdict(i, Verdict.DROP);
        burst.reason(i, reason.number());
    }
}
