// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.packet.Ipv6;
import io.ipvane.packet.MacAddress;

/**
 * The first pass: what each frame is, and which addresses it is looked up by (spec CLS-1 to CLS-12,
 * corrected by COR-1 to COR-7). The only place that compares header lengths with the frame.
 *
 * <p>Writes the facts that a frame alone can tell (all but KNOWN, SOURCE_KNOWN and SPOOFED), {@code
 * l3}, {@code etherType}, {@code family} and the four key columns of every frame, and {@code
 * reason} of the frames with {@link Facts#DISCARD}. Those have no key. Where there is no key the
 * key columns are 0.
 *
 * <p>Headers that a frame has but not in its first segment are pulled up; {@code data} and {@code
 * contiguous} then change. Nothing beyond {@code contiguous} is ever read. No state; runs on the
 * lcore that owns the burst; never allocates or throws.
 */
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

    private static final int PLAIN_IPV4 = Ethernet.LENGTH + Ipv4.MIN_LENGTH;
    private static final int PLAIN_IPV6 = Ethernet.LENGTH + Ipv6.LENGTH;
    private static final int VERSION_4_IHL_5 = 0x45;

    /** Source MAC and EtherType are one 64-bit word, source and destination of IPv4 another. */
    private static final int SOURCE_AND_TYPE = 6;

    private static final int IPV4_ADDRESSES = PLAIN_IPV4 - 8;

    private Parser() {}

    /**
     * Parses every frame of a burst.
     *
     * @param ownMac the uplink's MAC address, as {@link Memory#mac} reads it
     * @param options {@link #STRICT} and {@link #SOLICIT_TARGET}, or 0
     * @param pool owner of the frames
     */
    public static void parse(Burst burst, long ownMac, int options, FramePool pool) {
        final boolean strict = (options & STRICT) != 0;
        long others = plainIpv4(burst, ownMac, strict);
        if (others != 0) {
            others = plainIpv6(burst, others, ownMac, strict);
        }
        for (; others != 0; others &= others - 1) {
            final int i = Long.numberOfTrailingZeros(others);
            HeaderParser.parse(burst, i, ownMac, options, pool);
        }
    }

    /**
     * Parses what nearly every frame is: untagged IPv4 without options, lengths right, addresses
     * not suspicious. A loop without calls, so that it compiles to few loads, compares and stores.
     *
     * @return the frames that are something else, as bits; a burst has no more of them than a long
     */
    private static long plainIpv4(Burst burst, long ownMac, boolean strict) {
        final int size = burst.size;
        final long[] data = burst.data;
        final int[] contiguous = burst.contiguous;
        final int[] length = burst.length;
        final int[] facts = burst.facts;
        final int[] l3 = burst.l3;
        final int[] etherType = burst.etherType;
        final byte[] family = burst.family;
        final long[] key0 = burst.key0;
        final long[] key1 = burst.key1;
        final long[] source0 = burst.source0;
        final long[] source1 = burst.source1;
        long others = 0;
        for (int i = 0; i < size; i++) {
            if (contiguous[i] < PLAIN_IPV4) {
                others |= 1L << i;
                continue;
            }
            final long frame = data[i];
            final long sourceAndType = Memory.i64be(frame + SOURCE_AND_TYPE);
            final int start = Memory.i32be(frame + Ethernet.LENGTH);
            final long addresses = Memory.i64be(frame + IPV4_ADDRESSES);
            final int total = start & 0xFFFF;
            final int source = (int) (addresses >>> 32);
            final int destination = (int) addresses;
            if ((sourceAndType & 0xFFFF) != Ethernet.TYPE_IPV4
                    || start >>> 24 != VERSION_4_IHL_5
                    || total < Ipv4.MIN_LENGTH
                    || total > length[i] - Ethernet.LENGTH
                    || (strict && isMartian(source, destination))) {
                others |= 1L << i;
                continue;
            }
            facts[i] =
                    macFacts(Memory.i64be(frame) >>> 16, sourceAndType >>> 16, ownMac) | Facts.IP;
            l3[i] = Ethernet.LENGTH;
            etherType[i] = Ethernet.TYPE_IPV4;
            family[i] = Burst.KEY_IPV4;
            key0[i] = destination & 0xFFFF_FFFFL;
            key1[i] = 0;
            source0[i] = source & 0xFFFF_FFFFL;
            source1[i] = 0;
        }
        return others;
    }

    /**
     * Parses untagged IPv6 with its payload in the frame, unsuspicious addresses and anything but
     * ICMPv6 behind its header.
     *
     * @param candidates frames to look at, as bits
     * @return those that are something else
     */
    private static long plainIpv6(Burst burst, long candidates, long ownMac, boolean strict) {
        final long[] data = burst.data;
        final int[] contiguous = burst.contiguous;
        final int[] length = burst.length;
        final int[] facts = burst.facts;
        final int[] l3 = burst.l3;
        final int[] etherType = burst.etherType;
        final byte[] family = burst.family;
        final long[] key0 = burst.key0;
        final long[] key1 = burst.key1;
        final long[] source0 = burst.source0;
        final long[] source1 = burst.source1;
        long others = 0;
        for (long left = candidates; left != 0; left &= left - 1) {
            final int i = Long.numberOfTrailingZeros(left);
            if (contiguous[i] < PLAIN_IPV6) {
                others |= 1L << i;
                continue;
            }
            final long frame = data[i];
            final long ip = frame + Ethernet.LENGTH;
            final long sourceAndType = Memory.i64be(frame + SOURCE_AND_TYPE);
            final long start = Memory.i64be(ip);
            final long sourceHigh = Ipv6.sourceHigh(ip);
            final long sourceLow = Ipv6.sourceLow(ip);
            final long high = Ipv6.destinationHigh(ip);
            final long low = Ipv6.destinationLow(ip);
            if ((sourceAndType & 0xFFFF) != Ethernet.TYPE_IPV6
                    || start >>> 60 != 6
                    || (start >>> 8 & 0xFF) == Ipv6.NEXT_ICMPV6
                    || (start >>> 16 & 0xFFFF) > length[i] - PLAIN_IPV6
                    || (strict && isMartian(sourceHigh, sourceLow, high, low))) {
                others |= 1L << i;
                continue;
            }
            facts[i] =
                    macFacts(Memory.i64be(frame) >>> 16, sourceAndType >>> 16, ownMac) | Facts.IP;
            l3[i] = Ethernet.LENGTH;
            etherType[i] = Ethernet.TYPE_IPV6;
            family[i] = Burst.KEY_IPV6;
            key0[i] = high;
            key1[i] = low;
            source0[i] = sourceHigh;
            source1[i] = sourceLow;
        }
        return others;
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
