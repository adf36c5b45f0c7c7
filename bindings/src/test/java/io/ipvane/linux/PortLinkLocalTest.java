// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class PortLinkLocalTest {
    @Test
    void shouldPutThePortNumberInTheMiddleAsTheKernelDoes() {
        final long mac = 0x020000000001L;

        assertEquals(IpPrefix.parse("fe80::200:0:100:1/64"), PortLinkLocal.of(mac, 1));
        assertEquals(IpPrefix.parse("fe80::200:0:200:1/64"), PortLinkLocal.of(mac, 2));
        assertEquals(
                IpPrefix.parse("fe80::a2b3:c4ff:fdd5:e6f7/64"),
                PortLinkLocal.of(0xA2B3C4D5E6F7L, 0xFFFD));
    }

    @Test
    void shouldRefuseNumbersThatTheKernelDoesNotGive() {
        assertThrows(IllegalArgumentException.class, () -> PortLinkLocal.of(1, 0));
        assertThrows(IllegalArgumentException.class, () -> PortLinkLocal.of(1, 0xFFFE));
    }
}
