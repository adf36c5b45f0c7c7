// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What was spoken to is heard until it has not been for an age. */
class SpokenGroupsTest {
    private static final long GROUP = 0x0100_5E00_00FBL;

    private final SpokenGroups spoken = new SpokenGroups();

    @Test
    void shouldHearWhatWasSpokenToForOneAgeMore() {
        assertFalse(spoken.has(GROUP));
        spoken.add(GROUP);
        assertTrue(spoken.has(GROUP));
        spoken.age();
        assertTrue(spoken.has(GROUP));
        spoken.add(GROUP);
        spoken.age();
        assertTrue(spoken.has(GROUP), "said again");
        spoken.age();
        assertFalse(spoken.has(GROUP));
    }

    @Test
    void shouldTellNeighbouringGroupsApart() {
        spoken.add(GROUP);
        final long alike =
                LongStream.range(0, 1_000).filter(i -> spoken.has(0x3333_FF00_0000L + i)).count();
        assertTrue(alike < 20, alike + " of 1,000");
        LongStream.range(0, 10_000).forEach(spoken::add);
        assertEquals(100, LongStream.range(0, 100).filter(spoken::has).count());
    }
}
