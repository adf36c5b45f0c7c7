// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import io.ipvane.burst.DropReason;

/**
 * What shall happen to a frame, as a number that fits a byte of {@link
 * io.ipvane.burst.Burst#verdict}. Numbers and not an enum, because a drop carries its reason and
 * the hot path stores and compares bytes.
 *
 * <p>Below {@link #DROP_PARSED} the frame goes somewhere; from there on it is dropped: {@link
 * #DROP_PARSED} with the reason that parse noted, {@code 64 + ordinal} with the reason in the code.
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
     * that stands in {@link io.ipvane.burst.Burst#reason}. Never a rule's answer.
     */
    public static final int CONTROL = 11;

    /**
     * Outcome of the pipeline: the conductor learns from the frame as it came in, and decides about
     * it anew. Never a rule's answer.
     */
    public static final int LEARN = 12;

    /** Dropped; the reason is in {@link io.ipvane.burst.Burst#reason}, written by parse. */
    public static final int DROP_PARSED = 63;

    private static final int DROP_BASE = 64;

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
        "learn"
    };

    static {
        if (DROP_BASE + DropReason.COUNT > Byte.MAX_VALUE + 1) {
            throw new AssertionError("more drop reasons than a verdict byte can number");
        }
    }

    private Verdict() {}

    /** The code of a drop for {@code reason}. */
    public static int drop(DropReason reason) {
        return DROP_BASE + reason.ordinal();
    }

    /** Whether the frame goes nowhere. */
    public static boolean isDrop(int code) {
        return code >= DROP_PARSED;
    }

    /**
     * Ordinal of the reason of a dropping code: an index into a counter row.
     *
     * @param code a code for which {@link #isDrop} holds
     * @param parsed ordinal of the reason that parse noted for this frame
     */
    public static int reasonOrdinal(int code, int parsed) {
        return code == DROP_PARSED ? parsed : code - DROP_BASE;
    }

    /**
     * The reason within a dropping code.
     *
     * @param code a code that {@link #drop} made; not {@link #DROP_PARSED}, whose reason is the
     *     frame's
     */
    public static DropReason reason(int code) {
        return DropReason.of(code - DROP_BASE);
    }

    /** The name for readers: {@code deliver}, {@code drop:private}, {@code drop:parsed}. */
    public static String describe(int code) {
        if (code >= 0 && code < NAMES.length) {
            return NAMES[code];
        }
        if (code == DROP_PARSED) {
            return "drop:parsed";
        }
        if (code >= DROP_BASE && code < DROP_BASE + DropReason.COUNT) {
            return "drop:" + reason(code).key();
        }
        throw new IllegalArgumentException("no verdict has the code " + code);
    }
}
