// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReasons;
import io.ipvane.burst.Facts;
import io.ipvane.ipvlan.Decisions;
import io.ipvane.packet.Ethernet;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.PortEntry.Refusals;
import io.ipvane.snapshot.PortEntry.Role;
import io.ipvane.table.GroupFilter;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressRulesTest {
    private static final Refusals SPLITS_TO_WIRE =
            new Refusals(Refusals.SILENT.told(), true, true, false);
    private static final Refusals UNMEASURED =
            new Refusals(Refusals.SILENT.told(), false, false, false);
    private static final int LIMIT = 1514;

    private final Arena arena = Arena.ofConfined();
    private final Burst burst = new Burst(arena);
    private final long row = burst.row(0);

    @AfterEach
    void close() {
        arena.close();
    }

    private static PortEntry entry(Role role, boolean routed, boolean up, Refusals refusals) {
        return new PortEntry(
                1,
                role,
                null,
                new Decisions(new byte[0], new byte[0]),
                null,
                routed,
                0,
                false,
                LIMIT,
                up,
                GroupFilter.of(),
                null,
                null,
                refusals,
                0);
    }

    private static PortEntry port(boolean routed) {
        return entry(Role.PORT, routed, true, SPLITS_TO_WIRE);
    }

    private static PortEntry wire() {
        return entry(Role.UPLINK, true, true, Refusals.SILENT);
    }

    private void frame(int facts, int tags, int type) {
        burst.facts(0, facts);
        burst.l2(0, tags, type);
    }

    private static String name(int answer) {
        return switch (answer) {
            case EgressRules.SEND -> "send";
            case EgressRules.SPLIT -> "split";
            default -> DropReasons.of(answer).key();
        };
    }

    @ParameterizedTest(name = "{0} bytes behind {1} tags: {2}")
    @CsvSource({
        "60, 0, send",
        "1514, 0, send",
        "1515, 0, mtu",
        "1518, 1, send",
        "1519, 1, mtu",
        "1522, 2, send",
        "1523, 2, mtu",
        "65549, 0, mtu"
    })
    void shouldGrantFourBytesForEveryTag(int length, int tags, String answer) {
        frame(Facts.IP, tags, Ethernet.TYPE_IPV4);
        assertEquals(answer, name(EgressRules.judge(port(false), wire(), row, length)));
    }

    @Test
    void shouldSplitOnlyPacketsOfIpv4ThatItRoutesToWhereThatIsAllowed() {
        frame(Facts.IP, 0, Ethernet.TYPE_IPV4);
        assertEquals("split", name(EgressRules.judge(port(true), wire(), row, 1515)));
        assertEquals("mtu", name(EgressRules.judge(port(false), wire(), row, 1515)));
        assertEquals("mtu", name(EgressRules.judge(port(true), port(true), row, 1515)));
        frame(0, 0, Ethernet.TYPE_IPV4);
        assertEquals("mtu", name(EgressRules.judge(port(true), wire(), row, 1515)));
        frame(Facts.IP, 0, Ethernet.TYPE_IPV6);
        assertEquals("mtu", name(EgressRules.judge(port(true), wire(), row, 1515)));
    }

    @Test
    void shouldSayThatNobodyIsThereBeforeItLooksAtLengths() {
        frame(0, 0, 0);
        final PortEntry down = entry(Role.PORT, false, false, Refusals.SILENT);
        assertEquals("no_port", name(EgressRules.judge(wire(), null, row, 9000)));
        assertEquals("dev_down", name(EgressRules.judge(wire(), down, row, 9000)));
    }

    @Test
    void shouldSendWhatComesInWhereNothingIsMeasured() {
        frame(0, 0, 0);
        final PortEntry from = entry(Role.HOST, false, true, UNMEASURED);
        assertEquals("send", name(EgressRules.judge(from, port(false), row, 65_549)));
    }

    @ParameterizedTest(name = "segments of {0}: {1}")
    @CsvSource({"1514, send", "1515, split"})
    void shouldMeasureTheSegmentsOfWhatIsTooLong(int longest, String answer) {
        try (MemoryPool pool = new MemoryPool(2, 2048)) {
            final long mbuf = pool.frame(new byte[2000]);
            pool.longest(mbuf, longest);
            burst.frame(0, mbuf, pool.data(mbuf), 2000, 2000);
            frame(Facts.IP, 0, Ethernet.TYPE_IPV4);
            assertEquals(answer, name(EgressRules.judge(port(true), wire(), row, pool)));
            pool.free(mbuf);
        }
    }
}
