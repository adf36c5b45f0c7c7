// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.BurstLayout;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("dpdk")
class BurstLayoutCheckTest {
    @Test
    void shouldFindTheShimAndJavaOfOneMind() {
        assertDoesNotThrow(() -> BurstLayoutCheck.check());
    }

    @Test
    void shouldRefuseAShimWithAnotherNumberOfLines() {
        final Map<String, LayoutTable.Field> stale =
                new HashMap<>(LayoutTable.ofShim("ipvane_burst_layout").fields());
        stale.put(
                "mbufs",
                new LayoutTable.Field(
                        BurstLayout.MBUFS - BurstLayout.NEXT_LINE, BurstLayout.FRAMES * 8));
        final DpdkException refusal =
                assertThrows(DpdkException.class, () -> BurstLayoutCheck.check(stale));
        assertTrue(refusal.getMessage().contains("make build"), refusal.getMessage());
    }
}
