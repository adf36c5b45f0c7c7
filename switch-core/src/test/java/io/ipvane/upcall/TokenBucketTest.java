// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    private final TokenBucket bucket = new TokenBucket(5, 10, 0);

    private int take(long now) {
        int taken = 0;
        while (bucket.take(now)) {
            taken++;
        }
        return taken;
    }

    @Test
    void shouldGiveABurstAndThenSoManyASecond() {
        assertEquals(5, take(0));
        assertFalse(bucket.take(SECOND / 10 - 1));
        assertTrue(bucket.take(SECOND / 10));
        assertEquals(3, take(SECOND * 4 / 10));
    }

    @Test
    void shouldSaveNoMoreThanItHolds() {
        assertEquals(5, take(0));
        assertEquals(5, take(Long.MAX_VALUE / 2));
    }

    @Test
    void shouldLoseNothingWhereItIsAskedOften() {
        take(0);
        int taken = 0;
        for (long now = 0; now <= 10 * SECOND; now += 7_654_321) {
            taken += bucket.take(now) ? 1 : 0;
        }
        assertTrue(taken >= 99 && taken <= 100, taken + " in ten seconds");
    }
}
