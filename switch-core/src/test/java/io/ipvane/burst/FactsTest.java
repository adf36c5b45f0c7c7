// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FactsTest {
    @Test
    void shouldKeepOneBitOfTheWordForAFactToCome() {
        final int families = Facts.withFamily(0, Burst.KEY_IPV6);
        final int l2 = Facts.withL2(0, 2, 0xFFFF);
        assertEquals(0, Facts.MASK & families);
        assertEquals(0, (Facts.MASK | families) & l2);
        assertEquals(0, (Facts.MASK | families | l2) & Facts.CLAIM);
        assertEquals(1, Integer.bitCount(~(Facts.MASK | families | l2 | Facts.CLAIM)));
    }

    @Test
    void shouldReadBackWhatStandsAboveTheFacts() {
        for (int tags = 0; tags <= 2; tags++) {
            final int facts =
                    Facts.withFamily(Facts.withL2(Facts.MASK, tags, 0x86DD), Burst.KEY_IPV6);
            assertEquals(Facts.MASK, facts & Facts.MASK);
            assertEquals(14 + 4 * tags, Facts.l3(facts));
            assertEquals(0x86DD, Facts.etherType(facts));
            assertEquals(Burst.KEY_IPV6, Facts.family(facts));
            assertEquals(Burst.KEY_IPV4, Facts.family(Facts.withFamily(facts, Burst.KEY_IPV4)));
        }
        assertEquals(0, Facts.l3(Facts.MASK), "nothing is known of its headers");
    }
}
