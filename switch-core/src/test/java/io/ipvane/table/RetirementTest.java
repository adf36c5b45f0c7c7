// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RetirementTest {
    private final ManualGrace grace = new ManualGrace();
    private final Retirement retirement = new Retirement(grace);

    @Test
    void shouldFreeALoneDeletionAfterOneGracePeriod() {
        final int batch = retirement.batch();
        retirement.advance();
        assertFalse(retirement.isOver(batch));
        grace.pass();
        retirement.advance();
        assertTrue(retirement.isOver(batch));
    }

    @Test
    void shouldDrawOneTicketForAllDeletionsThatAWaitGathers() {
        retirement.batch();
        retirement.advance();
        int last = 0;
        for (int i = 0; i < 1_000; i++) {
            last = retirement.batch();
            retirement.advance();
        }
        assertEquals(1, grace.issued());
        grace.pass();
        retirement.advance();
        assertEquals(2, grace.issued());
        assertFalse(retirement.isOver(last), "its ticket has only just been drawn");
        grace.pass();
        retirement.advance();
        assertTrue(retirement.isOver(last));
    }

    @Test
    void shouldDrawNoTicketWhereNothingWasDeleted() {
        retirement.advance();
        retirement.advance();
        assertEquals(0, grace.issued());
    }
}
