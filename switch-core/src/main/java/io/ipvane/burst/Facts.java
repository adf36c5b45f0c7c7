// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

/**
 * What is known of a frame, as bits: the only input of a verdict. Written by parse and lookup, read
 * by decide through one table load, so a new fact costs table space, never a branch.
 */
@HotPath
public final class Facts {
    /** The destination key belongs to a port of this uplink. Kernel: {@code ipvlan_addr_lookup}. */
    public static final int KNOWN = 1;

    /**
     * The destination MAC is a multicast or the broadcast address; or, beside {@link #OWN_DEST},
     * the frame is an ARP reply to nobody's address, which any port may wait for.
     */
    public static final int GROUP = 1 << 1;

    /** Destination and source MAC are equal (spec TX, L2 step 1). */
    public static final int SAME_MAC = 1 << 2;

    /** Well-formed IPv4 or IPv6. */
    public static final int IP = 1 << 3;

    /** The source MAC is the uplink's own (spec RX-8, RX-9). */
    public static final int OWN_SOURCE = 1 << 4;

    /** The destination MAC is the uplink's own (spec RX-2). */
    public static final int OWN_DEST = 1 << 5;

    /** The source address does not belong to the ingress port (spec TX-6). */
    public static final int SPOOFED = 1 << 6;

    /** Parse found a reason to discard; it stands in {@link Burst#reason}. */
    public static final int DISCARD = 1 << 7;

    /** An ARP request or an ND solicitation: somebody asks who owns the destination key. */
    public static final int SOLICIT = 1 << 8;

    /** The source key belongs to a port of this uplink (spec RX-8). */
    public static final int SOURCE_KNOWN = 1 << 9;

    /**
     * A neighbour advertisement: it claims the address in {@link Burst#claim0} and {@link
     * Burst#claim1} for its sender. Not among the facts that verdicts are made of; lookup turns a
     * false claim into {@link #SPOOFED}.
     */
    public static final int CLAIM = 1 << 14;

    /** Number of fact bits. The word has room for one more; each doubles every verdict table. */
    public static final int BITS = 10;

    /** Mask over all facts: the index of a verdict table. */
    public static final int MASK = (1 << BITS) - 1;

    // Above the facts, in the same word, what they were read from: one store a frame, not four.
    private static final int FAMILY_SHIFT = BITS;
    private static final int FAMILY_MASK = 3 << FAMILY_SHIFT;
    private static final int HEADERS_SHIFT = 12;
    private static final int HEADERS_MASK = 3 << HEADERS_SHIFT;
    private static final int TYPE_SHIFT = 16;

    private Facts() {}

    /** {@code facts} with keys of such a family: 0, 4 or 6. */
    public static int withFamily(int facts, int family) {
        return (facts & ~FAMILY_MASK) | (family << (FAMILY_SHIFT - 1));
    }

    /** {@code facts} with an L3 header of such an EtherType behind 0 to 2 VLAN tags. */
    public static int withL2(int facts, int tags, int etherType) {
        return (facts & ((1 << HEADERS_SHIFT) - 1))
                | ((tags + 1) << HEADERS_SHIFT)
                | (etherType << TYPE_SHIFT);
    }

    /** Family of the keys: 0, 4 or 6. */
    static int family(int facts) {
        return (facts & FAMILY_MASK) >>> (FAMILY_SHIFT - 1);
    }

    /** Bytes before the L3 header, 0 where it is unknown. */
    static int l3(int facts) {
        final int headers = (facts & HEADERS_MASK) >>> HEADERS_SHIFT;
        return headers == 0 ? 0 : 10 + 4 * headers;
    }

    static int etherType(int facts) {
        return facts >>> TYPE_SHIFT;
    }
}
