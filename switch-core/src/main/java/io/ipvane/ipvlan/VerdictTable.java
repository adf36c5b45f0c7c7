// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import io.ipvane.burst.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/**
 * {@link IpvlanRules} as arrays: one answer for each of the {@code 1 << Facts.BITS} combinations of
 * facts, {@link Decisions} for each way in. Deciding is one load whatever the mode; a change of
 * mode is another table. Immutable: any thread.
 */
public final class VerdictTable {
    /** The way in. */
    public enum Direction {
        /** Sent by a port. */
        FROM_PORT,
        /** Came from the wire. */
        FROM_UPLINK,
        /** Sent by the uplink's own IP stack. */
        FROM_HOST
    }

    /**
     * One line of a table for readers: where the facts within {@code mask} are exactly {@code
     * value}, the rules say {@code answer}. The rows of one direction exclude each other.
     */
    public record Row(Direction direction, int mask, int value, int answer) {
        /** Such as {@code from_port: known, not group -> deliver}. */
        @Override
        public String toString() {
            final StringBuilder text = new StringBuilder();
            for (int bit : READING_ORDER) {
                if ((mask & bit) != 0) {
                    text.append(text.isEmpty() ? "" : ", ")
                            .append((value & bit) != 0 ? "" : "not ")
                            .append(name(bit));
                }
            }
            return direction.name().toLowerCase(Locale.ROOT)
                    + ": "
                    + (text.isEmpty() ? "always" : text)
                    + " -> "
                    + Verdict.describe(answer);
        }
    }

    /** Facts in the order in which a reader wants to be asked: refusals first. */
    private static final int[] READING_ORDER = {
        Facts.DISCARD,
        Facts.SPOOFED,
        Facts.GROUP,
        Facts.OWN_DEST,
        Facts.SAME_MAC,
        Facts.OWN_SOURCE,
        Facts.SOURCE_KNOWN,
        Facts.SOLICIT,
        Facts.KNOWN,
        Facts.IP
    };

    private final Decisions fromPort;
    private final Decisions fromUplink;
    private final Decisions fromHost;

    private VerdictTable(Decisions fromPort, Decisions fromUplink, Decisions fromHost) {
        this.fromPort = fromPort;
        this.fromUplink = fromUplink;
        this.fromHost = fromHost;
    }

    /** Asks the rules about every combination of facts. */
    public static VerdictTable compile(IpvlanRules rules) {
        return new VerdictTable(
                tabulate(rules::fromPort), tabulate(rules::fromUplink), tabulate(rules::fromHost));
    }

    private static Decisions tabulate(IntUnaryOperator rule) {
        final byte[] verdicts = new byte[Facts.MASK + 1];
        final byte[] reasons = new byte[Facts.MASK + 1];
        for (int facts = 0; facts <= Facts.MASK; facts++) {
            final int answer = rule.applyAsInt(facts);
            verdicts[facts] = (byte) Verdict.code(answer);
            reasons[facts] = (byte) Verdict.reason(answer);
        }
        return new Decisions(verdicts, reasons);
    }

    /** What the rules say of a frame that came in this way; for cold callers. */
    public int answer(Direction direction, int facts) {
        return table(direction).answer(facts & Facts.MASK);
    }

    /** What is decided of one way in; not copied, so that all its users share the lines. */
    public Decisions table(Direction direction) {
        return switch (direction) {
            case FROM_PORT -> fromPort;
            case FROM_UPLINK -> fromUplink;
            case FROM_HOST -> fromHost;
        };
    }

    /** The table of one direction in few rows: facts that make no difference are left out. */
    public List<Row> describe(Direction direction) {
        final List<Row> rows = new ArrayList<>();
        describe(direction, 0, 0, rows);
        return List.copyOf(rows);
    }

    /** Splits the space by the first fact that still matters, until none does. */
    private void describe(Direction direction, int mask, int value, List<Row> rows) {
        for (int bit : READING_ORDER) {
            if ((mask & bit) == 0 && matters(table(direction), bit, mask, value)) {
                describe(direction, mask | bit, value | bit, rows);
                describe(direction, mask | bit, value, rows);
                return;
            }
        }
        rows.add(new Row(direction, mask, value, answer(direction, value)));
    }

    private static boolean matters(Decisions table, int bit, int mask, int value) {
        for (int facts = 0; facts <= Facts.MASK; facts++) {
            if ((facts & mask) == value && table.answer(facts) != table.answer(facts ^ bit)) {
                return true;
            }
        }
        return false;
    }

    private static String name(int bit) {
        return switch (bit) {
            case Facts.KNOWN -> "known";
            case Facts.GROUP -> "group";
            case Facts.SAME_MAC -> "same_mac";
            case Facts.IP -> "ip";
            case Facts.OWN_SOURCE -> "own_source";
            case Facts.OWN_DEST -> "own_dest";
            case Facts.SPOOFED -> "spoofed";
            case Facts.DISCARD -> "discard";
            case Facts.SOLICIT -> "solicit";
            case Facts.SOURCE_KNOWN -> "source_known";
            default -> throw new IllegalArgumentException("no fact has the bit " + bit);
        };
    }
}
