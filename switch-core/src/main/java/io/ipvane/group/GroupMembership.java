// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import io.ipvane.packet.IpAddress;
import io.ipvane.table.GroupFilter;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * The groups of one endpoint, as it has said, and the filter that follows from them.
 *
 * <p>Everything passes until it has said anything, and the groups of one family until it has said
 * anything of that: IGMP and MLD are two things, and a stack may have much to say of one and
 * nothing of the other. A group that is not confirmed is forgotten after {@link #TIMEOUT}: hosts
 * confirm when a querier asks, so without one nothing is forgotten ({@link #tick} then must not be
 * called). One that joins more groups than {@link #CAPACITY} gets everything: it is not worth less,
 * and its list not worth more.
 *
 * <p>224.0.0.0/24 and ff02::1 always pass: hosts need not report them (RFC 4541, 2.1.2; RFC 3810,
 * 6).
 *
 * <p>Owned by the conductor.
 */
public final class GroupMembership {
    /** Groups an endpoint may have. */
    public static final int CAPACITY = 4_096;

    /** Two queries without an answer, and the time to answer (RFC 3376, section 8.4). */
    public static final Duration TIMEOUT = Duration.ofSeconds(260);

    private static final long ALL_NODES = 0x3333_0000_0001L;

    /** MAC addresses of groups that nobody needs to report. */
    private static final long[] UNREPORTED =
            LongStream.concat(
                            LongStream.of(ALL_NODES),
                            LongStream.range(0, 256).map(i -> 0x0100_5E00_0000L | i))
                    .toArray();

    private final LongSupplier clock;

    /** When they are forgotten, the least recently confirmed first. */
    private final Map<IpAddress, Long> deadlines = new LinkedHashMap<>();

    /** How many groups have a MAC address, which 32 of IPv4 share. */
    private final Map<Long, Integer> macs = new LinkedHashMap<>();

    private boolean heard4;
    private boolean heard6;
    private boolean tooMany;

    /** What passes, or null where it has to be worked out anew. */
    private GroupFilter filter = GroupFilter.ALL;

    /**
     * An endpoint that has said nothing.
     *
     * @param clock nanoseconds that never run back
     */
    public GroupMembership(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * The endpoint has said this.
     *
     * @return whether {@link #filter} is another one now
     */
    public boolean apply(MembershipReport report) {
        boolean changed = false;
        for (MembershipReport.Change change : report.changes()) {
            changed |= hear(change.group());
            changed |= change.listens() ? join(change.group()) : leave(change.group());
        }
        return changed && rebuild();
    }

    /** Whether this is the first that is heard of a family. */
    private boolean hear(IpAddress group) {
        final boolean first = group.isIpv4() ? !heard4 : !heard6;
        heard4 |= group.isIpv4();
        heard6 |= !group.isIpv4();
        return first;
    }

    private boolean join(IpAddress group) {
        final boolean known = deadlines.remove(group) != null;
        if (!known && deadlines.size() >= CAPACITY) {
            final boolean first = !tooMany;
            tooMany = true;
            return first;
        }
        deadlines.put(group, clock.getAsLong() + TIMEOUT.toNanos());
        return !known && macs.merge(mac(group), 1, Integer::sum) == 1;
    }

    private boolean leave(IpAddress group) {
        return deadlines.remove(group) != null && forget(group);
    }

    private boolean forget(IpAddress group) {
        return macs.computeIfPresent(mac(group), (k, count) -> count == 1 ? null : count - 1)
                == null;
    }

    /**
     * Forgets what has not been confirmed for {@link #TIMEOUT}; only where a querier asks.
     *
     * @return whether {@link #filter} is another one now
     */
    public boolean tick() {
        final long now = clock.getAsLong();
        boolean changed = false;
        final Iterator<Map.Entry<IpAddress, Long>> oldest = deadlines.entrySet().iterator();
        while (oldest.hasNext()) {
            final Map.Entry<IpAddress, Long> entry = oldest.next();
            if (now - entry.getValue() < 0) {
                break;
            }
            oldest.remove();
            changed |= forget(entry.getKey());
        }
        if (tooMany && deadlines.isEmpty()) {
            tooMany = false;
            changed = true;
        }
        return changed && rebuild();
    }

    private boolean rebuild() {
        filter = null;
        return true;
    }

    /** What passes. */
    public GroupFilter filter() {
        if (filter == null) {
            filter = tooMany ? GroupFilter.ALL : ofGroups();
        }
        return filter;
    }

    private GroupFilter ofGroups() {
        return GroupFilter.of(
                !heard4,
                !heard6,
                LongStream.concat(
                                LongStream.of(UNREPORTED),
                                macs.keySet().stream().mapToLong(Long::longValue))
                        .toArray());
    }

    /** Groups that are remembered. */
    public int size() {
        return deadlines.size();
    }

    /** The MAC address of a group (RFC 1112, section 6.4; RFC 2464, section 7). */
    public static long mac(IpAddress group) {
        return group.isIpv4()
                ? 0x0100_5E00_0000L | (group.key0() & 0x7F_FFFF)
                : 0x3333_0000_0000L | (group.key1() & 0xFFFF_FFFFL);
    }
}
