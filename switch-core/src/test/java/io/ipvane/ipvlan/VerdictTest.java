// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.DropReasons;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {
    @ParameterizedTest
    @EnumSource(IpvlanDrop.class)
    void shouldCarryEveryReasonInARulesAnswer(IpvlanDrop reason) {
        final int answer = Verdict.drop(reason);
        assertEquals(Verdict.DROP, Verdict.code(answer));
        assertSame(reason, DropReasons.of(Verdict.reason(answer)));
        assertEquals("drop:" + reason.key(), Verdict.describe(answer));
    }

    @Test
    void shouldTakeTheReasonOfAParsedDropFromTheFrame() {
        assertEquals(Verdict.DROP, Verdict.code(Verdict.DROP));
        assertEquals(Decisions.AS_PARSED, Verdict.reason(Verdict.DROP));
        assertEquals("drop:parsed", Verdict.describe(Verdict.DROP));
    }

    @Test
    void shouldNameEveryVerdictDifferentlyAndRefuseOtherNumbers() {
        final Set<String> names = new HashSet<>();
        for (int code = Verdict.DELIVER; code <= Verdict.NARROW; code++) {
            assertEquals(code, Verdict.code(code));
            assertEquals(Decisions.AS_PARSED, Verdict.reason(code));
            assertTrue(names.add(Verdict.describe(code)));
        }
        assertEquals("flood_wire_and_punt", Verdict.describe(Verdict.FLOOD_WIRE_AND_PUNT));
        assertEquals("learn", Verdict.describe(Verdict.LEARN));
        assertThrows(IllegalArgumentException.class, () -> Verdict.describe(-1));
        assertThrows(IllegalArgumentException.class, () -> Verdict.describe(Verdict.NARROW + 1));
        assertThrows(IllegalArgumentException.class, () -> Verdict.describe(Verdict.DROP - 1));
    }
}
