// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Facts;
import io.ipvane.ipvlan.VerdictTable.Direction;
import io.ipvane.ipvlan.VerdictTable.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTableTest {
    @Test
    void shouldHoldTheRulesAnswerForEveryFactAndIgnoreHigherBits() {
        for (Compat compat : Compat.values()) {
            for (Mode mode : Mode.values()) {
                for (IpvlanFlag flag : IpvlanFlag.values()) {
                    final IpvlanRules rules = IpvlanRules.of(mode, flag, IpvlanOptions.of(compat));
                    final VerdictTable table = VerdictTable.compile(rules);
                    for (int facts = 0; facts <= Facts.MASK; facts++) {
                        final int noisy = facts | 0xABC0_0000;
                        assertEquals(
                                rules.fromPort(facts), table.answer(Direction.FROM_PORT, noisy));
                        assertEquals(
                                rules.fromUplink(facts),
                                table.answer(Direction.FROM_UPLINK, noisy));
                        assertEquals(
                                rules.fromHost(facts), table.answer(Direction.FROM_HOST, noisy));
                    }
                }
            }
        }
    }

    @Test
    void shouldDescribeEveryCombinationOfFactsByExactlyOneRow() {
        for (Mode mode : Mode.values()) {
            final VerdictTable table = improved(mode);
            for (Direction direction : Direction.values()) {
                final List<Row> rows = table.describe(direction);
                for (int facts = 0; facts <= Facts.MASK; facts++) {
                    int matches = 0;
                    for (Row row : rows) {
                        if ((facts & row.mask()) == row.value()) {
                            matches++;
                            assertEquals(table.answer(direction, facts), row.answer());
                        }
                    }
                    assertEquals(1, matches);
                }
                assertTrue(rows.size() < 24, rows.toString());
            }
        }
    }

    @Test
    void shouldPrintTheKernelsL2ReceiveRulesAsAReaderWouldSayThem() {
        final VerdictTable table =
                VerdictTable.compile(
                        IpvlanRules.of(
                                Mode.L2, IpvlanFlag.BRIDGE, IpvlanOptions.of(Compat.KERNEL)));
        assertEquals(
                List.of(
                        "from_uplink: discard -> punt",
                        "from_uplink: not discard, group, own_source, source_known -> punt",
                        "from_uplink: not discard, group, own_source, not source_known"
                                + " -> flood_and_punt",
                        "from_uplink: not discard, group, not own_source -> flood_and_punt",
                        "from_uplink: not discard, not group, known -> deliver",
                        "from_uplink: not discard, not group, not known -> punt"),
                table.describe(Direction.FROM_UPLINK).stream().map(Row::toString).toList());
        assertEquals(
                List.of("from_host: always -> wire"),
                table.describe(Direction.FROM_HOST).stream().map(Row::toString).toList());
    }

    private static VerdictTable improved(Mode mode) {
        return VerdictTable.compile(
                IpvlanRules.of(mode, IpvlanFlag.BRIDGE, IpvlanOptions.of(Compat.IMPROVED)));
    }
}
