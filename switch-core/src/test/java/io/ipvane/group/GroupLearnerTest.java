// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.group.MembershipReport.Change;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.GroupFilter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How often guests are listened to, and how often that has consequences. */
class GroupLearnerTest {
    private static final int FIRST = 0xE101_0101;
    private static final long MAC = 0x0100_5E01_0101L;

    private final Map<Integer, GroupFilter> told = new LinkedHashMap<>();
    private long now = -5;
    private final GroupLearner groups = new GroupLearner(() -> now, told::put);

    private static Optional<MembershipReport> joins(int i) {
        return Optional.of(
                new MembershipReport(List.of(new Change(IpAddress.ipv4(FIRST + i), true))));
    }

    @Test
    void shouldTellAtOnceAndThenTenTimesASecondOfWhatHasChanged() {
        groups.said(3, () -> joins(0));
        assertEquals(1, groups.tick());
        assertTrue(told.get(3).passes(MAC));
        groups.said(3, () -> joins(1));
        groups.said(4, () -> joins(1));
        assertEquals(0, groups.tick());
        assertFalse(told.get(3).passes(MAC + 1));
        now += GroupLearner.PAUSE;
        assertEquals(2, groups.tick());
        assertTrue(told.get(3).passes(MAC + 1));
        assertFalse(told.get(4).passes(MAC));
        now += GroupLearner.PAUSE;
        groups.said(4, () -> joins(1));
        assertEquals(0, groups.tick(), "nothing new");
    }

    @Test
    void shouldReadSoManyReportsOfAPort() {
        final AtomicInteger read = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            final int group = i;
            groups.said(
                    3,
                    () -> {
                        read.incrementAndGet();
                        return joins(group);
                    });
        }
        assertEquals(GroupLearner.BURST, read.get());
        groups.said(4, () -> joins(0));
        assertEquals(2, groups.tick(), "another port is heard");
        now += 1_000_000_000L;
        for (int i = 0; i < 1_000; i++) {
            groups.said(
                    3,
                    () -> {
                        read.incrementAndGet();
                        return Optional.empty();
                    });
        }
        assertEquals(GroupLearner.BURST + GroupLearner.PER_SECOND, read.get());
        assertEquals(0, groups.tick(), "nothing could be read");
    }

    @Test
    void shouldForgetAPort() {
        groups.said(3, () -> joins(0));
        groups.forget(3);
        assertEquals(0, groups.tick());
        groups.said(3, () -> joins(1));
        assertEquals(1, groups.tick());
        assertFalse(told.get(3).passes(MAC));
    }
}
