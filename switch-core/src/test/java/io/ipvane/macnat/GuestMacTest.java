// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Frames;
import org.junit.jupiter.api.Test;

class GuestMacTest {
    @Test
    void shouldTakeTheLastSourceOfOneStation() {
        final GuestMac mac = GuestMac.learned();
        assertEquals(GuestMac.UNKNOWN, mac.mac());
        assertTrue(mac.accept(Guest.MAC));
        assertEquals(Guest.MAC, mac.mac());
        assertTrue(mac.accept(Guest.MAC2));
        assertEquals(Guest.MAC2, mac.mac());
    }

    @Test
    void shouldLearnNothingFromGroupsAndFromNobody() {
        final GuestMac mac = GuestMac.learned();
        assertTrue(mac.accept(Guest.MAC));
        assertTrue(mac.accept(0));
        assertTrue(mac.accept(Frames.BROADCAST));
        assertTrue(mac.accept(Frames.GROUP4));
        assertEquals(Guest.MAC, mac.mac());
    }

    @Test
    void shouldForgetWhatItLearned() {
        final GuestMac mac = GuestMac.learned();
        assertTrue(mac.accept(Guest.MAC));
        mac.reset();
        assertEquals(GuestMac.UNKNOWN, mac.mac());
    }

    @Test
    void shouldStayAsConfigured() {
        final GuestMac mac = GuestMac.fixed(Guest.MAC);
        assertTrue(mac.accept(Guest.MAC));
        assertFalse(mac.accept(Guest.MAC2));
        assertFalse(mac.accept(0));
        mac.reset();
        assertEquals(Guest.MAC, mac.mac());
        assertTrue(mac.isFixed());
        assertFalse(GuestMac.learned().isFixed());
    }

    @Test
    void shouldRefuseToBeConfiguredAsGroupOrNobody() {
        for (long wrong : new long[] {0, Frames.BROADCAST, Frames.GROUP4}) {
            assertThrows(IllegalArgumentException.class, () -> GuestMac.fixed(wrong));
        }
    }
}
