// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

/**
 * How explicit congestion notification passes a tunnel: two bits of each IP header, 00 not capable,
 * 01 ECT(1), 10 ECT(0), 11 congestion experienced (CE). Pure; any thread.
 *
 * <p>On the way out the kernel follows RFC 3168 and hides CE (spec ENC-4, F23); RFC 6040 copies it.
 * On the way in both are one table (RFC 6040, section 4.2; spec DEC-10).
 *
 * <pre>
 * decapsulation      inner 00  01  10  11
 *         outer 00         00  01  10  11
 *               01         00  01  01  11
 *               10         00  01  10  11
 *               11       drop  11  11  11
 * </pre>
 */
final class EcnRules {
    /** Answer of {@link #decapsulated}: the packet is dropped. */
    static final int DROP = 4;

    /** Mask of the two bits in a type of service or traffic class. */
    static final int MASK = 3;

    private static final int NOT_CAPABLE = 0;
    private static final int ECT_1 = 1;
    private static final int ECT_0 = 2;
    private static final int CONGESTION = 3;

    /** All 16 answers, four bits each, so that a look is a shift. */
    private static final long DECAPSULATED = table();

    private EcnRules() {}

    private static long table() {
        long cells = 0;
        for (int outer = 0; outer <= MASK; outer++) {
            for (int inner = 0; inner <= MASK; inner++) {
                cells |= (long) rule(outer, inner) << shift(outer, inner);
            }
        }
        return cells;
    }

    private static int rule(int outer, int inner) {
        if (outer == CONGESTION) {
            return inner == NOT_CAPABLE ? DROP : CONGESTION;
        }
        return outer == ECT_1 && inner == ECT_0 ? ECT_1 : inner;
    }

    private static int shift(int outer, int inner) {
        return (outer << 2 | inner) << 2;
    }

    /** What the inner packet says afterwards, 0 to 3, or {@link #DROP}. */
    static int decapsulated(int outer, int inner) {
        return (int) (DECAPSULATED >>> shift(outer, inner)) & 7;
    }

    /**
     * What the outer packet says.
     *
     * @param copiesCongestion RFC 6040's normal mode; otherwise as the kernel
     */
    static int encapsulated(int inner, boolean copiesCongestion) {
        return inner == CONGESTION && !copiesCongestion ? ECT_0 : inner;
    }
}
