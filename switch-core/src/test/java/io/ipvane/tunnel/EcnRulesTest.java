// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EcnRulesTest {
    private static final int DROP = EcnRules.DROP;

    /** Spec DEC-10 as measured; RFC 6040, figure 4. */
    private static final int[][] OUTER_BY_INNER = {
        {0, 1, 2, 3}, {0, 1, 1, 3}, {0, 1, 2, 3}, {DROP, 3, 3, 3}
    };

    @Test
    void shouldFoldCongestionInwards() {
        for (int outer = 0; outer < 4; outer++) {
            for (int inner = 0; inner < 4; inner++) {
                assertEquals(
                        OUTER_BY_INNER[outer][inner],
                        EcnRules.decapsulated(outer, inner),
                        "outer " + outer + " inner " + inner);
            }
        }
    }

    @Test
    void shouldHideCongestionOutwardsAsTheKernelDoes() {
        final int[] expected = {0, 1, 2, 2};
        for (int inner = 0; inner < 4; inner++) {
            assertEquals(expected[inner], EcnRules.encapsulated(inner, false));
        }
    }

    @Test
    void shouldCopyCongestionOutwardsByOption() {
        for (int inner = 0; inner < 4; inner++) {
            assertEquals(inner, EcnRules.encapsulated(inner, true));
        }
    }
}
