// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

/**
 * What is decided of frames that come in one way, as arrays that are indexed with the {@link
 * io.ipvane.burst.Facts facts} of a frame. Nobody changes them; any thread.
 *
 * @param verdicts codes of {@link Verdict}
 * @param reasons why, where the verdict is to drop: number of a {@link io.ipvane.burst.DropReason},
 *     or {@link #AS_PARSED}
 */
@SuppressWarnings("ArrayRecordComponent") // read on the hot path, never compared
public record Decisions(byte[] verdicts, byte[] reasons) {
    /** The reason is the one that parse noted. */
    public static final byte AS_PARSED = -1;

    /** A rule's answer for such facts, as {@link IpvlanRules} gave it. */
    int answer(int facts) {
        final int verdict = verdicts[facts];
        return verdict == Verdict.DROP ? Verdict.drop(reasons[facts]) : verdict;
    }
}
