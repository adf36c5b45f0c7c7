// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.burst.Stage;
import io.ipvane.ipvlan.Decisions;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;

/**
 * Facts to verdict: one table load a frame, whatever mode and flag say. Adds the fact KNOWN, and to
 * a drop its reason.
 */
@HotPath
final class DecideStage implements Stage {
    @Override
    public void process(Burst burst) {
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        final PortEntry ingress = snapshot.entry(burst.ingress);
        decide(burst, ingress.verdicts);
        if ((burst.anyVerdicts >>> Verdict.DROP & 1) != 0) {
            giveReasons(burst, ingress.reasons);
        }
        if (ingress.verdictsToRouted != null) {
            decideToRouted(burst, snapshot, ingress);
        }
    }

    private static void decide(Burst burst, byte[] table) {
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
            any |= 1L << verdict;
        }
        burst.anyVerdicts = any;
    }

    private static void giveReasons(Burst burst, byte[] reasons) {
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            final long row = burst.row(i);
            if (Row.verdict(row) == Verdict.DROP) {
                giveReason(row, reasons);
            }
        }
    }

    /** What parse has discarded has its reason already. */
    private static void giveReason(long row, byte[] reasons) {
        final int reason = reasons[Row.facts(row) & Facts.MASK];
        if (reason != Decisions.AS_PARSED) {
            Row.reason(row, reason);
        }
    }

    /** Decides anew what is for ports that the switch routes for, where not all are such. */
    private static void decideToRouted(
            Burst burst, ForwardingSnapshot snapshot, PortEntry ingress) {
        final byte[] table = ingress.verdictsToRouted;
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            final long row = burst.row(i);
            final PortEntry to = snapshot.entry(Row.port(row));
            if (to != null && to.routed) {
                final int verdict = table[Row.facts(row) & Facts.MASK];
                Row.verdict(row, verdict);
                burst.anyVerdicts |= 1L << verdict;
                if (verdict == Verdict.DROP) {
                    giveReason(row, ingress.reasonsToRouted);
                }
            }
        }
    }
}
