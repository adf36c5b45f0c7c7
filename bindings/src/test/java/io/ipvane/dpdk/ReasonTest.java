// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ReasonTest {
    @Test
    void shouldKeepTheFirstLinesWithoutTheirPrefixes() {
        assertEquals(
                "no such thing; it broke; third",
                Reason.condense(
                        "rte_pmd_init(): no such thing\nEAL: it broke\n\nEAL: it broke\nthird\nfourth\n"));
    }

    @Test
    void shouldStopAtTheHelpText() {
        assertEquals("bad option", Reason.condense("EAL: bad option\n\nUsage: x [options]\nmore"));
    }

    @Test
    void shouldBeEmptyWhenNothingWasLogged() {
        assertEquals("", Reason.condense(""));
    }
}
