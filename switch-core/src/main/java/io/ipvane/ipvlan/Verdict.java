// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/**
 * What shall happen to a frame, as a number below 64, so that a set of verdicts is a long. Numbers
 * and not an enum, because the hot path stores and compares them.
 *
 * <p>Why a frame is dropped stands beside the verdict, in {@link io.ipvane.burst.Burst#reason}. A
 * rule, which has no frame, says both in one number: {@link #drop} makes it, {@link #code} and
 * {@link #reason} take it apart.
 */
public final class Verdict {
    /** To the port in {@link io.ipvane.burst.Burst#port}, and nowhere else. */
    public static final int DELIVER = 0;

    /** Out by the uplink, as it is. */
    public static final int WIRE = 1;

    /** Out by the uplink through the FIB: new Ethernet header, TTL untouched (TX-21). */
    public static final int ROUTE = 2;

    /** To the host port, the uplink's own IP stack. */
    public static final int PUNT = 3;

    /** To the ports, except the one it came from, and to the wire. */
    public static final int FLOOD_AND_WIRE = 4;

    /** To the ports and to the host port. */
    public static final int FLOOD_AND_PUNT = 5;

    /** To the ports, except the one it came from, to the wire and to the host port. */
    public static final int FLOOD_WIRE_AND_PUNT = 6;

    /** To the wire and to the host port; to no port. */
    public static final int WIRE_AND_PUNT = 7;

    /** The switch answers the ARP or ND question itself, back to where it came from. */
    public static final int RESPOND = 8;

    /** Through connection tracking, then to the port in {@link io.ipvane.burst.Burst#port}. */
    public static final int TRACK = 9;

    /** Outcome of the pipeline: waits until the next hop is resolved. Never a rule's answer. */
    public static final int RESOLVE = 10;

    /**
     * Outcome of the pipeline: the conductor looks into the frame and then carries out the verdict
     * that stands in {@link io.ipvane.burst.Burst#decided}. Never a rule's answer.
     */
    public static final int CONTROL = 11;

    /**
     * Outcome of the pipeline: the conductor learns from the frame as it came in, and decides about
     * it anew. Never a rule's answer.
     */
    public static final int LEARN = 12;

    /**
     * Outcome of the pipeline: antispoof refuses the source, and the conductor is asked whether the
     * port has had it for a moment; then the frame is decided about anew. Never a rule's answer.
     */
    public static final int ASK_SOURCE = 13;

    /**
     * Outcome of the pipeline: as WIRE, of a frame that is longer than its route's MTU, which is in
     * {@link io.ipvane.burst.Burst#mtu}. Never a rule's answer.
     */
    public static final int NARROW = 14;

    /**
     * Dropped; the reason is in {@link io.ipvane.burst.Burst#reason}. As a rule's answer: dropped
     * for the reason that parse has noted.
     */
    public static final int DROP = 63;

    /** Above the code, in a rule's answer: the number of the reason plus one, or 0. */
    private static final int REASON_SHIFT = 6;

    private static final String[] NAMES = {
        "deliver",
        "wire",
        "route",
        "punt",
        "flood_and_wire",
        "flood_and_punt",
        "flood_wire_and_punt",
        "wire_and_punt",
        "respond",
        "track",
        "resolve",
        "control",
        "learn",
        "ask_source",
        "narrow"
    };

    private Verdict() {}

    /** A rule's answer: dropped for {@code reason}. */
    public static int drop(DropReason reason) {
        return drop(reason.number());
    }

    /** As the other; {@link Decisions#AS_PARSED} makes it {@link #DROP}. */
    static int drop(int reason) {
        return DROP | (reason + 1) << REASON_SHIFT;
    }

    /** The verdict in a rule's answer. */
    public static int code(int answer) {
        return answer & DROP;
    }

    /** Number of the reason in a rule's answer, or {@link Decisions#AS_PARSED}. */
    static int reason(int answer) {
        return (answer >> REASON_SHIFT) - 1;
    }

    /** An answer for readers: {@code deliver}, {@code drop:private}, {@code drop:parsed}. */
    public static String describe(int answer) {
        if (answer >= 0 && answer < NAMES.length) {
            return NAMES[answer];
        }
        if (answer == DROP) {
            return "drop:parsed";
        }
        if (code(answer) == DROP && reason(answer) >= 0) {
            return "drop:" + DropReasons.of(reason(answer)).key();
        }
        throw new IllegalArgumentException("no verdict has the code " + answer);
    }
}
