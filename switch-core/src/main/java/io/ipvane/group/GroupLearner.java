// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import io.ipvane.table.GroupFilter;
import io.ipvane.upcall.TokenBucket;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Learns the groups of guests of their IGMP and MLD reports. Of one port {@value #BURST} reports at
 * once and {@value #PER_SECOND} a second are read, as each may name many groups; hosts repeat
 * theirs. Filters, each a snapshot, change ten times a second at most. No querier runs, so nothing
 * is forgotten but by a leave or with the link.
 *
 * <p>Conductor thread only.
 */
public final class GroupLearner {
    static final int BURST = 64;
    static final int PER_SECOND = 32;

    /** Between two changes of filters, in nanoseconds. */
    public static final long PAUSE = Duration.ofMillis(100).toNanos();

    private static final class Member {
        private final GroupMembership groups;
        private final TokenBucket reports;

        private Member(LongSupplier clock) {
            groups = new GroupMembership(clock);
            reports = new TokenBucket(BURST, PER_SECOND, clock.getAsLong());
        }
    }

    private final LongSupplier clock;
    private final BiConsumer<Integer, GroupFilter> regrouped;
    private final Map<Integer, Member> members = new HashMap<>();
    private final Set<Integer> changed = new LinkedHashSet<>();
    private long told;

    /**
     * A learner that has heard nothing.
     *
     * @param clock nanoseconds that never run back
     * @param regrouped hears of other filters, by port
     */
    GroupLearner(LongSupplier clock, BiConsumer<Integer, GroupFilter> regrouped) {
        this.clock = clock;
        this.regrouped = regrouped;
        this.told = clock.getAsLong() - PAUSE;
    }

    /** A port has sent something; it is only read where that is due. */
    void said(int port, Supplier<Optional<MembershipReport>> message) {
        final Member member = members.computeIfAbsent(port, p -> new Member(clock));
        if (member.reports.take(clock.getAsLong())
                && message.get().filter(member.groups::apply).isPresent()) {
            changed.add(port);
        }
    }

    /** Tells of the filters that have become others, if that is due; says how many. */
    int tick() {
        if (changed.isEmpty() || clock.getAsLong() - told < PAUSE) {
            return 0;
        }
        told = clock.getAsLong();
        final int count = changed.size();
        changed.forEach(port -> regrouped.accept(port, members.get(port).groups.filter()));
        changed.clear();
        return count;
    }

    /** The guest is gone; the next one has said nothing yet. */
    void forget(int port) {
        members.remove(port);
        changed.remove(port);
    }
}
