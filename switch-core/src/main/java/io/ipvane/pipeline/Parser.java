// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.MacAddress;
import java.util.Arrays;

/**
 * The first pass: what each frame is, and which addresses it is looked up by (spec CLS-1 to CLS-12,
 * corrected by COR-1 to COR-7). The only place that compares header lengths with the frame.
 *
 * <p>Writes the facts that a frame alone can tell (all but KNOWN, SOURCE_KNOWN and SPOOFED), the
 * family, place and type of the L3 header, and the key columns of every frame, and {@code reason}
 * of the frames with {@link Facts#DISCARD}. Those have no key. Where there is no key the key
 * columns are 0.
 *
 * <p>Headers that a frame has but not in its first segment are pulled up; {@code data} and {@code
 * contiguous} then change. Nothing beyond {@code contiguous} is ever read. No state; runs on the
 * lcore that owns the burst; never allocates or throws.
 */
@HotPath
public final class Parser {
    /**
     * Discards what contradicts itself or may not be on a wire: malformed or truncated headers,
     * martians (COR-20, COR-21), VLANs (CLS-12). Without it such frames are what they are to the
     * kernel: frames without a key, or with the key of the header behind the tag.
     */
    public static final int STRICT = 1;

    /**
     * Looks any neighbour solicitation up by the address it asks for, which is right where the
     * switch answers ND itself. Without it only a DAD probe is (CLS-6), others by their IPv6
     * destination.
     */
    public static final int SOLICIT_TARGET = 1 << 1;

    /**
     * Looks behind no tag: what a port sends in l3 is then no IP, as in the kernel, which routes
     * and delivers there by the EtherType alone (COR-12).
     */
    public static final int OPAQUE_TAGS = 1 << 2;

    private static final int PLAIN_IPV4 = Ethernet.LENGTH + Ipv4.MIN_LENGTH;
    private static final int PLAIN_IPV6 = Ethernet.LENGTH + Ipv6.LENGTH;
    private static final int VERSION_4_IHL_5 = 0x45;

    private static final int PLAIN_IPV4_FACTS =
            Facts.withFamily(Facts.withL2(Facts.IP, 0, Ethernet.TYPE_IPV4), Burst.KEY_IPV4);
    private static final int PLAIN_IPV6_FACTS =
            Facts.withFamily(Facts.withL2(Facts.IP, 0, Ethernet.TYPE_IPV6), Burst.KEY_IPV6);

    /** Source MAC and EtherType are one 64-bit word, source and destination of IPv4 another. */
    private static final int SOURCE_AND_TYPE = 6;

    private static final int IPV4_ADDRESSES = PLAIN_IPV4 - 8;
    private static final int IPV6_SOURCE = PLAIN_IPV6 - 32;
    private static final int IPV6_DESTINATION = PLAIN_IPV6 - 16;

    /**
     * Next headers behind which there may be ND, as bits: ICMPv6 and extension headers. Taken
     * modulo 64, so that some others are looked at closely as well.
     */
    private static final long NOT_PLAIN = notPlain();

    // EtherTypes as a little-endian load finds them.
    private static final long WIRE_IPV4 = 0x0008;
    private static final long WIRE_IPV6 = 0xDD86;

    /**
     * By first octet of an IPv4 address: whether it may be a martian as source or as destination.
     * One load instead of five compares; {@link HeaderParser} then looks closely.
     */
    private static final byte[] SUSPICIOUS = new byte[256];

    private static final int SOURCE = 1;
    private static final int DESTINATION = 2;

    static {
        SUSPICIOUS[0] = DESTINATION;
        SUSPICIOUS[127] = SOURCE | DESTINATION;
        Arrays.fill(SUSPICIOUS, 0xE0, 0xF0, (byte) SOURCE);
        SUSPICIOUS[255] = SOURCE;
    }

    private Parser() {}

    private static long notPlain() {
        long bits = 1L << Ipv6.NEXT_ICMPV6;
        for (int next = 0; next < Long.SIZE; next++) {
            bits |= Ipv6.isExtension(next) ? 1L << next : 0;
        }
        return bits;
    }

    /**
     * Parses every frame of a burst.
     *
     * @param ownMac the uplink's MAC address, as {@link Memory#mac} reads it
     * @param options {@link #STRICT}, {@link #SOLICIT_TARGET} and {@link #OPAQUE_TAGS}, or 0
     * @param pool owner of the frames
     */
    public static void parse(Burst burst, long ownMac, int options, FramePool pool) {
        final long own = Long.reverseBytes(ownMac);
        burst.anyFacts = 0;
        if (startsWithIpv6(burst) && plainIpv6(burst, every(burst), own) == 0) {
            burst.families = Burst.KEY_IPV6;
            return;
        }
        burst.anyFacts = 0;
        long others = plainIpv4(burst, own);
        burst.families = others == 0 ? Burst.KEY_IPV4 : Burst.NO_KEY;
        if (others != 0) {
            others = plainIpv6(burst, others, own);
        }
        for (; others != 0; others &= others - 1) {
            final int i = Long.numberOfTrailingZeros(others);
            HeaderParser.parse(burst, i, ownMac, options, pool);
            burst.anyFacts |= burst.facts(i);
        }
    }

    /** A guess at what all frames are, as most bursts are of one kind. */
    private static boolean startsWithIpv6(Burst burst) {
        final long first = burst.row(0);
        return burst.size > 0
                && Row.contiguous(first) >= PLAIN_IPV6
                && Memory.i64(Row.data(first), SOURCE_AND_TYPE) >>> 48 == WIRE_IPV6;
    }

    private static long every(Burst burst) {
        return -1L >>> (Burst.MAX - burst.size);
    }

    /**
     * Parses what nearly every frame is: untagged IPv4 without options, lengths right, addresses
     * not suspicious. A loop without calls, so that it compiles to few loads, compares and stores.
     *
     * @param own the uplink's MAC address as {@link #shiftedMacFacts} wants it
     * @return the frames that are something else, as bits; a burst has no more of them than a long
     */
    private static long plainIpv4(Burst burst, long own) {
        final int size = burst.size;
        long others = 0;
        int any = 0;
        long lastStart = 0;
        long lastSource = 0;
        int known = 0;
        for (int i = 0; i < size; i++) {
            final long row = burst.row(i);
            if (Row.contiguous(row) < PLAIN_IPV4) {
                others |= 1L << i;
                continue;
            }
            final long frame = Row.data(row);
            final long destination = Memory.i64(frame, 0);
            final long sourceAndType = Memory.i64(frame, SOURCE_AND_TYPE);
            final int start = Memory.i32be(frame, Ethernet.LENGTH);
            final long addresses = Memory.i64be(frame, IPV4_ADDRESSES);
            final int spare = (start & 0xFFFF) - Ipv4.MIN_LENGTH;
            if (destination != lastStart || sourceAndType != lastSource) {
                // Frames of a burst mostly have one Ethernet header; what it says is asked once.
                lastStart = destination;
                lastSource = sourceAndType;
                known = plainFacts(destination, sourceAndType, own);
                any |= known;
            }
            if (known == 0
                    || start >>> 24 != VERSION_4_IHL_5
                    || spare < 0
                    || spare > Row.length(row) - PLAIN_IPV4
                    || ((SUSPICIOUS[(int) (addresses >>> 56)] & SOURCE)
                                    | (SUSPICIOUS[(int) addresses >>> 24] & DESTINATION))
                            != 0) {
                others |= 1L << i;
                continue;
            }
            Row.facts(row, known);
            Row.key0(row, addresses & 0xFFFF_FFFFL);
            Row.source0(row, addresses >>> 32);
        }
        burst.anyFacts |= any;
        return others;
    }

    /**
     * Parses untagged IPv6 with its payload in the frame, unsuspicious addresses and neither ICMPv6
     * nor an extension header behind its own.
     *
     * @param candidates frames to look at, as bits
     * @return those that are something else
     */
    private static long plainIpv6(Burst burst, long candidates, long own) {
        long others = 0;
        int any = 0;
        for (long left = candidates; left != 0; left &= left - 1) {
            final int i = Long.numberOfTrailingZeros(left);
            final long row = burst.row(i);
            if (Row.contiguous(row) < PLAIN_IPV6) {
                others |= 1L << i;
                continue;
            }
            final long frame = Row.data(row);
            final long sourceAndType = Memory.i64(frame, SOURCE_AND_TYPE);
            final long start = Memory.i64be(frame, Ethernet.LENGTH);
            final long sourceHigh = Memory.i64be(frame, IPV6_SOURCE);
            final long high = Memory.i64be(frame, IPV6_DESTINATION);
            if (sourceAndType >>> 48 != WIRE_IPV6
                    || start >>> 60 != 6
                    || (NOT_PLAIN >>> (start >>> 8) & 1) != 0
                    || (start >>> 16 & 0xFFFF) > Row.length(row) - PLAIN_IPV6
                    || sourceHigh >>> 56 == 0xFF
                    || sourceHigh == 0
                    || high == 0) {
                others |= 1L << i;
                continue;
            }
            final int known =
                    shiftedMacFacts(Memory.i64(frame) << 16, sourceAndType << 16, own)
                            | PLAIN_IPV6_FACTS;
            any |= known;
            Row.facts(row, known);
            Row.key0(row, high);
            Row.key1(row, Memory.i64be(frame, IPV6_DESTINATION + 8));
            Row.source0(row, sourceHigh);
            Row.source1(row, Memory.i64be(frame, IPV6_SOURCE + 8));
        }
        burst.anyFacts |= any;
        return others;
    }

    /** Facts of an Ethernet header before IPv4, or 0 where something else is behind it. */
    private static int plainFacts(long destination, long sourceAndType, long own) {
        return sourceAndType >>> 48 != WIRE_IPV4
                ? 0
                : shiftedMacFacts(destination << 16, sourceAndType << 16, own) | PLAIN_IPV4_FACTS;
    }

    /**
     * As {@link #macFacts}, of addresses as the wire has them, in the high 48 bits of a native
     * word: so they come out of a load with one shift.
     */
    private static int shiftedMacFacts(long destination, long source, long own) {
        return ((int) (destination >>> 15) & Facts.GROUP)
                | (destination == source ? Facts.SAME_MAC : 0)
                | (source == own ? Facts.OWN_SOURCE : 0)
                | (destination == own ? Facts.OWN_DEST : 0);
    }

    /** GROUP, SAME_MAC, OWN_SOURCE and OWN_DEST of a frame. */
    static int macFacts(long destination, long source, long ownMac) {
        return (MacAddress.isGroup(destination) ? Facts.GROUP : 0)
                | (destination == source ? Facts.SAME_MAC : 0)
                | (source == ownMac ? Facts.OWN_SOURCE : 0)
                | (destination == ownMac ? Facts.OWN_DEST : 0);
    }

    /** Source 127/8, group or limited broadcast; destination 0.0.0.0 or 127/8 (COR-20, COR-21). */
    static boolean isMartian(int source, int destination) {
        return (source >>> 24) == 127
                || (source >>> 28) == 0xE
                || source == -1
                || (destination >>> 24) == 127
                || destination == 0;
    }

    /** Source a group or ::1; destination :: or ::1 (COR-20). */
    static boolean isMartian(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        return sourceHigh >>> 56 == 0xFF
                || (sourceHigh == 0 && sourceLow == 1)
                || (destinationHigh == 0 && destinationLow >>> 1 == 0);
    }
}
