// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import io.ipvane.burst.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/**
 * {@link IpvlanRules} as arrays: one verdict for each of the {@code 1 << Facts.BITS} combinations
 * of facts, one array a way in. Deciding is one load whatever the mode; a change of mode is another
 * table. Immutable: any thread.
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
     * value}, the verdict is {@code code}. The rows of one direction exclude each other.
     */
    public record Row(Direction direction, int mask, int value, int code) {
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
                    + Verdict.describe(code);
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

    private final byte[] fromPort;
    private final byte[] fromUplink;
    private final byte[] fromHost;

    private VerdictTable(byte[] fromPort, byte[] fromUplink, byte[] fromHost) {
        this.fromPort = fromPort;
        this.fromUplink = fromUplink;
        this.fromHost = fromHost;
    }

    /** Asks the rules about every combination of facts. */
    public static VerdictTable compile(IpvlanRules rules) {
        return new VerdictTable(
                tabulate(rules::fromPort), tabulate(rules::fromUplink), tabulate(rules::fromHost));
    }

    private static byte[] tabulate(IntUnaryOperator rule) {
        final byte[] table = new byte[Facts.MASK + 1];
        for (int facts = 0; facts <= Facts.MASK; facts++) {
            table[facts] = (byte) rule.applyAsInt(facts);
        }
        return table;
    }

    /** Code of the {@link Verdict} on a frame that a port sent. */
    public int fromPort(int facts) {
        return fromPort[facts & Facts.MASK];
    }

    /** Code of the {@link Verdict} on a frame from the wire. */
    public int fromUplink(int facts) {
        return fromUplink[facts & Facts.MASK];
    }

    /** Code of the {@link Verdict} on a frame that the uplink's own IP stack sent. */
    public int fromHost(int facts) {
        return fromHost[facts & Facts.MASK];
    }

    /** Code of the {@link Verdict} on a frame that came in this way; for cold callers. */
    public int verdict(Direction direction, int facts) {
        return table(direction)[facts & Facts.MASK];
    }

    /**
     * The table of one way in, indexed by facts; not copied, so that all its users share the lines.
     */
    public byte[] table(Direction direction) {
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
        rows.add(new Row(direction, mask, value, table(direction)[value]));
    }

    private static boolean matters(byte[] table, int bit, int mask, int value) {
        for (int facts = 0; facts <= Facts.MASK; facts++) {
            if ((facts & mask) == value && table[facts] != table[facts ^ bit]) {
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
