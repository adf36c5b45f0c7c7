// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The link-layer groups that a port listens to. Exact: the kernel's analogue is a 256-bit bitmap
 * over a hash and lets strangers through (spec RX-6). The broadcast address always passes, and
 * everything does for a port that is promiscuous or takes all multicast.
 *
 * <p>MAC addresses are longs, the first byte on the wire highest, as {@code Memory.mac} reads them.
 *
 * <p>Immutable: any thread may read. The set is a table of longs at most a quarter full, under a
 * secret of the process: a port that joins groups by the thousand cannot pick them to collide.
 */
public final class GroupFilter {
    /** The broadcast address. */
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    /** The bit of a MAC address that says group: the lowest of its first byte. */
    private static final long GROUP_BIT = 1L << 40;

    /** An empty slot: no MAC address, which has 48 bits. */
    private static final long EMPTY = -1;

    private static final long[] SECRETS = new SecureRandom().longs(2).toArray();

    /** Lets every group through. */
    public static final GroupFilter ALL = new GroupFilter(true);

    /** Lets nothing but the broadcast address through. */
    public static final GroupFilter BROADCAST_ONLY = of();

    // First bits of the group addresses of IPv4 (RFC 1112, 6.4) and IPv6 (RFC 2464, 7).
    private static final long IPV4 = 0x01_005E;
    private static final long IPV6 = 0x3333;

    private final long[] slots;

    private final boolean all;
    private final boolean allIpv4;
    private final boolean allIpv6;

    private GroupFilter(boolean all) {
        this(all, false, false);
    }

    private GroupFilter(boolean all, boolean allIpv4, boolean allIpv6, long... groups) {
        this.all = all;
        this.allIpv4 = allIpv4;
        this.allIpv6 = allIpv6;
        slots = new long[Integer.highestOneBit(Math.max(1, groups.length)) << 3];
        Arrays.fill(slots, EMPTY);
        for (final long group : groups) {
            slots[slotOf(group)] = group;
        }
    }

    /**
     * Lets these groups through, and broadcast.
     *
     * @param groups group MAC addresses; repeats do no harm
     * @throws IllegalArgumentException for one that is no group address
     */
    public static GroupFilter of(long... groups) {
        return of(false, false, groups);
    }

    /**
     * As the other.
     *
     * @param allIpv4 lets every group of IPv4 through as well
     * @param allIpv6 lets every group of IPv6 through as well
     */
    public static GroupFilter of(boolean allIpv4, boolean allIpv6, long... groups) {
        for (final long group : groups) {
            if ((group & GROUP_BIT) == 0 || group >>> 48 != 0) {
                throw new IllegalArgumentException(
                        "MAC 0x%012x is no group address: bit 0 of its first byte must be set"
                                .formatted(group));
            }
        }
        return new GroupFilter(false, allIpv4, allIpv6, groups);
    }

    /** Whether a frame to this group passes; never allocates. */
    public boolean passes(long group) {
        return all || group == BROADCAST || slots[slotOf(group)] == group || familyPasses(group);
    }

    private boolean familyPasses(long group) {
        return (allIpv4 && group >>> 24 == IPV4) || (allIpv6 && group >>> 32 == IPV6);
    }

    /** Whether everything passes. */
    public boolean all() {
        return all;
    }

    /** The groups given, sorted, each once; a copy. */
    public long[] groups() {
        return Arrays.stream(slots).filter(slot -> slot != EMPTY).sorted().toArray();
    }

    /** The slot that holds the group, or the empty one where it would go. */
    private int slotOf(long group) {
        final long[] table = slots;
        final int mask = table.length - 1;
        int slot = (int) KeyedHash.fold(group ^ SECRETS[0], SECRETS[1] | 1) & mask;
        while (table[slot] != EMPTY && table[slot] != group) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
