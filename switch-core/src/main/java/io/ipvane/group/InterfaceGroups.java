// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import io.ipvane.table.GroupFilter;
import io.ipvane.upcall.TokenBucket;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * The groups of ports whose interface tells them: those that the interface was last seen to listen
 * to, and until it is seen again those that its own reports by IGMP and MLD say it has joined. A
 * report is what the answers wait for, and the list of an interface's groups is read a little
 * later.
 *
 * <p>A report may lie, so what it says counts for {@link #BELIEVED} and no longer. Of one port
 * {@value #BURST} reports at once and {@value #PER_SECOND} a second are read, and no more than
 * {@value #MOST} groups counted; the list decides about all others. Conductor thread only.
 */
final class InterfaceGroups {
    static final int BURST = 64;
    static final int PER_SECOND = 32;
    static final int MOST = 256;
    static final Duration BELIEVED = Duration.ofSeconds(2);

    private static final class Member {
        private final TokenBucket reports;

        /** Groups of reports, and until when they count; the oldest first. */
        private final Map<Long, Long> joined = new LinkedHashMap<>();

        private GroupFilter seen;

        private Member(GroupFilter seen, TokenBucket reports) {
            this.seen = seen;
            this.reports = reports;
        }

        private GroupFilter filter() {
            return seen.all() || joined.isEmpty()
                    ? seen
                    : GroupFilter.of(
                            LongStream.concat(
                                            LongStream.of(seen.groups()),
                                            joined.keySet().stream().mapToLong(Long::longValue))
                                    .toArray());
        }
    }

    private final LongSupplier clock;
    private final Map<Integer, Member> members = new HashMap<>();

    /**
     * @param clock nanoseconds that never run back
     */
    InterfaceGroups(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * The interface of a port was seen to listen to these groups.
     *
     * @return what passes now
     */
    GroupFilter seen(int port, GroupFilter groups) {
        final Member member = member(port, groups);
        member.seen = groups;
        return member.filter();
    }

    /**
     * A port has sent a report, which is only read where that is due.
     *
     * @param before what passes so far
     * @return what passes now, where that is something else
     */
    Optional<GroupFilter> said(
            int port, GroupFilter before, Supplier<Optional<MembershipReport>> message) {
        final Member member = member(port, before);
        if (member.seen.all() || !member.reports.take(clock.getAsLong())) {
            return Optional.empty();
        }
        boolean changed = false;
        for (MembershipReport.Change change :
                message.get().map(MembershipReport::changes).orElse(List.of())) {
            final long group = GroupMembership.mac(change.group());
            changed |= change.listens() ? join(member, group) : member.joined.remove(group) != null;
        }
        return changed ? Optional.of(member.filter()) : Optional.empty();
    }

    private boolean join(Member member, long group) {
        if (member.seen.passes(group)
                || (member.joined.size() >= MOST && !member.joined.containsKey(group))) {
            return false;
        }
        // Once more at the end, as the newest.
        final boolean known = member.joined.remove(group) != null;
        member.joined.put(group, clock.getAsLong() + BELIEVED.toNanos());
        return !known;
    }

    private Member member(int port, GroupFilter seen) {
        return members.computeIfAbsent(
                port, p -> new Member(seen, new TokenBucket(BURST, PER_SECOND, clock.getAsLong())));
    }

    /**
     * Forgets reports that count no longer.
     *
     * @return what passes now, by port where that is something else
     */
    Map<Integer, GroupFilter> tick() {
        final long now = clock.getAsLong();
        final Map<Integer, GroupFilter> changed = new HashMap<>();
        members.forEach(
                (port, member) -> {
                    final boolean any = member.joined.values().removeIf(until -> now - until >= 0);
                    if (any) {
                        changed.put(port, member.filter());
                    }
                });
        return changed;
    }

    /** A port is gone, and its index may become another's. */
    void forget(int port) {
        members.remove(port);
    }
}
