// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import static io.ipvane.burst.Facts.DISCARD;
import static io.ipvane.burst.Facts.GROUP;
import static io.ipvane.burst.Facts.IP;
import static io.ipvane.burst.Facts.KNOWN;
import static io.ipvane.burst.Facts.OWN_DEST;
import static io.ipvane.burst.Facts.OWN_SOURCE;
import static io.ipvane.burst.Facts.SAME_MAC;
import static io.ipvane.burst.Facts.SOLICIT;
import static io.ipvane.burst.Facts.SOURCE_KNOWN;
import static io.ipvane.burst.Facts.SPOOFED;
import static io.ipvane.ipvlan.Verdict.DELIVER;
import static io.ipvane.ipvlan.Verdict.DROP;
import static io.ipvane.ipvlan.Verdict.FLOOD_AND_PUNT;
import static io.ipvane.ipvlan.Verdict.FLOOD_AND_WIRE;
import static io.ipvane.ipvlan.Verdict.FLOOD_WIRE_AND_PUNT;
import static io.ipvane.ipvlan.Verdict.PUNT;
import static io.ipvane.ipvlan.Verdict.RESPOND;
import static io.ipvane.ipvlan.Verdict.ROUTE;
import static io.ipvane.ipvlan.Verdict.TRACK;
import static io.ipvane.ipvlan.Verdict.WIRE;
import static io.ipvane.ipvlan.Verdict.WIRE_AND_PUNT;
import static io.ipvane.ipvlan.Verdict.drop;

/**
 * What ipvlan does with a frame: facts in, verdict out, for the three ways in. Cold: asked once for
 * every combination of facts by {@link VerdictTable#compile}, never per frame. Pure and total.
 *
 * <p>Facts are bits of {@link io.ipvane.burst.Facts}; answers are codes of {@link Verdict}, drops
 * with their reason as {@link Verdict#drop} makes them. Parse sets {@code DISCARD} only for what
 * this uplink wants discarded: under {@link Compat#KERNEL} PAUSE to its group address (COR-14) and
 * frames whose headers cannot be read.
 */
public sealed interface IpvlanRules {
    /** Together only in an ARP reply to 0.0.0.0: who waits for it is not known. */
    int ANSWER_TO_PROBE = GROUP | OWN_DEST;

    /** Verdict for a frame that a port sent (rules TX). */
    int fromPort(int facts);

    /** Verdict for a frame from the wire (rules RX). */
    int fromUplink(int facts);

    /**
     * Verdict for a frame that the uplink's own IP stack sent. The kernel puts all of them on the
     * wire, so that host and ports cannot talk (TX-11, TX-25).
     */
    int fromHost(int facts);

    /** The rules of a mode. */
    static IpvlanRules of(Mode mode, IpvlanFlag flag, IpvlanOptions options) {
        return switch (mode) {
            case L2 -> new L2(flag, options);
            case L3 -> new L3(flag, options);
            case L3S -> new L3s(flag, options);
        };
    }

    /** The rules for what a port in l2 sends to a sibling that the switch routes for. */
    static IpvlanRules toRouted(IpvlanFlag flag, IpvlanOptions options) {
        return new L2ToRouted(new L2(flag, options));
    }

    /** Ports resolve their neighbours themselves; unicast by address, groups to everybody. */
    record L2(IpvlanFlag flag, IpvlanOptions options) implements IpvlanRules {
        @Override
        public int fromPort(int facts) {
            if (has(facts, DISCARD)) {
                return DROP;
            }
            if (spoofed(facts, options)) {
                return drop(IpvlanDrop.ANTISPOOF);
            }
            if (options.improved() && has(facts, ANSWER_TO_PROBE)) {
                return answerFromPort();
            }
            // Before the group test: equal broadcast addresses reach one sibling only (COR-11).
            if (flag != IpvlanFlag.VEPA && has(facts, SAME_MAC)) {
                return has(facts, KNOWN) ? sibling(flag) : PUNT;
            }
            return has(facts, GROUP) ? groupFromPort() : WIRE;
        }

        /**
         * To any sibling that may have asked, and to the host. Where siblings are kept apart it is
         * the host's; where they meet at a relay it takes that way.
         */
        private int answerFromPort() {
            return switch (flag) {
                case BRIDGE -> FLOOD_AND_PUNT;
                case PRIVATE -> PUNT;
                case VEPA -> WIRE;
            };
        }

        /**
         * Under VEPA the host port hears a group frame when the relay sends it back, as it does in
         * the kernel (RX-8); a copy from here would be its second.
         */
        private int groupFromPort() {
            final boolean confined = flag == IpvlanFlag.PRIVATE && options.privateConfinesGroups();
            final boolean host = flag != IpvlanFlag.VEPA && options.hostReachesPorts();
            if (confined) {
                return host ? WIRE_AND_PUNT : WIRE;
            }
            return host ? FLOOD_WIRE_AND_PUNT : FLOOD_AND_WIRE;
        }

        @Override
        public int fromUplink(int facts) {
            if (has(facts, DISCARD)) {
                return discardedFromUplink(options);
            }
            if (has(facts, GROUP)) {
                return reflected(facts) ? PUNT : FLOOD_AND_PUNT;
            }
            if (foreignUnicast(facts, options)) {
                return drop(IpvlanDrop.STRICT_MAC);
            }
            return has(facts, KNOWN) ? DELIVER : PUNT;
        }

        /**
         * One of our own group frames come back; an answer to a probe comes back by a relay only on
         * purpose. The kernel asks for a source address of ours too, and so shows an ARP probe to
         * the port that sent it, which sees a conflict (RX-8, RX-9).
         */
        private boolean reflected(int facts) {
            return has(facts, OWN_SOURCE)
                    && (options.improved() ? !has(facts, OWN_DEST) : has(facts, SOURCE_KNOWN));
        }

        /**
         * Under VEPA unicast takes the wire, as between ports; groups must be flooded from here,
         * since what the relay sends back is known as ours and reaches no port.
         */
        @Override
        public int fromHost(int facts) {
            if (has(facts, DISCARD)) {
                return discardedFromHost(options);
            }
            if (!options.hostReachesPorts()) {
                return WIRE;
            }
            if (has(facts, GROUP)) {
                final boolean relayed = flag == IpvlanFlag.VEPA && has(facts, ANSWER_TO_PROBE);
                return relayed ? WIRE : FLOOD_AND_WIRE;
            }
            return flag != IpvlanFlag.VEPA && has(facts, KNOWN | OWN_DEST) ? DELIVER : WIRE;
        }
    }

    /**
     * As L2, but a routed sibling is deaf to questions, so the switch answers for it, also where
     * the flag keeps the two apart: the wire could not answer either. Only ports ask for this
     * table.
     */
    record L2ToRouted(L2 others) implements IpvlanRules {
        @Override
        public int fromPort(int facts) {
            final boolean question = has(facts, KNOWN | SOLICIT) && !has(facts, DISCARD);
            return question && others.options.arpResponder() && !spoofed(facts, others.options)
                    ? RESPOND
                    : others.fromPort(facts);
        }

        @Override
        public int fromUplink(int facts) {
            return others.fromUplink(facts);
        }

        @Override
        public int fromHost(int facts) {
            return others.fromHost(facts);
        }
    }

    /** The switch routes for its ports, which speak neither ARP nor ND. */
    record L3(IpvlanFlag flag, IpvlanOptions options) implements IpvlanRules {
        @Override
        public int fromPort(int facts) {
            return routedFromPort(facts, flag, options);
        }

        @Override
        public int fromUplink(int facts) {
            if (has(facts, DISCARD)) {
                return discardedFromUplink(options);
            }
            if (ownGroup(facts, options)) {
                return PUNT;
            }
            if (foreignUnicast(facts, options)) {
                return drop(IpvlanDrop.STRICT_MAC);
            }
            if (options.arpResponder() && has(facts, KNOWN)) {
                if (has(facts, SOLICIT)) {
                    return RESPOND;
                }
                if (!has(facts, IP)) {
                    // An ARP reply: we asked, with the port's address as the sender. The port is
                    // deaf to it; the switch learns from what it punts.
                    return PUNT;
                }
            }
            // Whatever the MAC: a broadcast frame with a port's address is that port's (RX-13).
            return has(facts, KNOWN) ? DELIVER : PUNT;
        }

        @Override
        public int fromHost(int facts) {
            return routedFromHost(facts, options);
        }
    }

    /** As L3 on transmit; on receive IP passes connection tracking, the rest is the host's. */
    record L3s(IpvlanFlag flag, IpvlanOptions options) implements IpvlanRules {
        @Override
        public int fromPort(int facts) {
            return routedFromPort(facts, flag, options);
        }

        @Override
        public int fromUplink(int facts) {
            if (has(facts, DISCARD)) {
                return discardedFromUplink(options);
            }
            if (ownGroup(facts, options)) {
                return PUNT;
            }
            if (!has(facts, GROUP) && !has(facts, OWN_DEST)) {
                // The kernel's host stack sees it and lets it fall (RX-19).
                return options.strictMac() ? drop(IpvlanDrop.STRICT_MAC) : PUNT;
            }
            if (options.arpResponder() && has(facts, KNOWN | SOLICIT)) {
                return RESPOND;
            }
            // A group solicitation is keyed by its target, but as IP it is not for the port
            // (RX-18).
            final boolean groupSolicitation = has(facts, GROUP | SOLICIT);
            return has(facts, KNOWN | IP) && !groupSolicitation ? TRACK : PUNT;
        }

        @Override
        public int fromHost(int facts) {
            return routedFromHost(facts, options);
        }
    }

    private static boolean has(int facts, int bits) {
        return (facts & bits) == bits;
    }

    private static int sibling(IpvlanFlag flag) {
        return flag == IpvlanFlag.PRIVATE ? drop(IpvlanDrop.PRIVATE) : DELIVER;
    }

    private static boolean spoofed(int facts, IpvlanOptions options) {
        return options.antispoof() && has(facts, SPOOFED);
    }

    private static boolean foreignUnicast(int facts, IpvlanOptions options) {
        return options.strictMac() && !has(facts, GROUP) && !has(facts, OWN_DEST);
    }

    /**
     * In L3 and L3S the kernel shows reflected group frames to the port they name, even to their
     * sender (r23 to r25). We would answer our own questions, so they are the host's (RX-9).
     */
    private static boolean ownGroup(int facts, IpvlanOptions options) {
        return options.improved() && has(facts, GROUP | OWN_SOURCE);
    }

    /**
     * The kernel leaves such frames to the host stack (RX-3, RX-10). We drop and count them (F28),
     * PAUSE too: MAC control is between two ends of a link, and the NIC has already seen it. Either
     * way no port gets one.
     */
    private static int discardedFromUplink(IpvlanOptions options) {
        return options.improved() ? DROP : PUNT;
    }

    private static int discardedFromHost(IpvlanOptions options) {
        return options.improved() ? DROP : WIRE;
    }

    /** Transmit in L3 and L3S: a sibling by address, whatever the MAC; otherwise the FIB. */
    private static int routedFromPort(int facts, IpvlanFlag flag, IpvlanOptions options) {
        if (has(facts, DISCARD)) {
            return DROP;
        }
        if (spoofed(facts, options)) {
            return drop(IpvlanDrop.ANTISPOOF);
        }
        if (options.arpResponder()) {
            if (has(facts, SOLICIT)) {
                return RESPOND;
            }
            if (!has(facts, IP)) {
                // No sibling needs ARP of another, and a gratuitous reply would go home (COR-18).
                return drop(IpvlanDrop.L3_NONIP);
            }
        }
        // Before the group test: a broadcast that names a sibling's address reaches it (TX-33).
        if (flag != IpvlanFlag.VEPA && has(facts, KNOWN)) {
            return sibling(flag);
        }
        if (!has(facts, IP)) {
            return drop(IpvlanDrop.L3_NONIP);
        }
        return has(facts, GROUP) ? drop(IpvlanDrop.L3_MCAST) : ROUTE;
    }

    /**
     * From the host in L3 and L3S. The flag speaks of siblings, and the host is none; its question
     * for a port is answered here because no port would (TX-34).
     */
    private static int routedFromHost(int facts, IpvlanOptions options) {
        if (has(facts, DISCARD)) {
            return discardedFromHost(options);
        }
        if (!options.hostReachesPorts() || !has(facts, KNOWN)) {
            return WIRE;
        }
        if (has(facts, SOLICIT)) {
            return RESPOND;
        }
        return has(facts, IP) ? DELIVER : WIRE;
    }
}
