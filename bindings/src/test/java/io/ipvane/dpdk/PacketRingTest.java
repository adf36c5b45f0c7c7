// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PacketRingTest {
    @Test
    void shouldHoldAFrameOfTheMtuWhateverTheMtu() {
        for (int mtu = 68; mtu <= 65_535; mtu++) {
            final PacketRing ring = PacketRing.of(mtu, 1000);
            assertTrue(ring.frameSize() - 66 >= mtu + 18, "mtu " + mtu);
            assertEquals(0, ring.blockSize() % 4096, "whole pages, mtu " + mtu);
            assertEquals(0, ring.blockSize() % ring.frameSize(), "no gap, mtu " + mtu);
            assertEquals(0, ring.frames() % (ring.blockSize() / ring.frameSize()));
        }
    }

    @Test
    void shouldFitADefaultPoolAtMtu1500() {
        assertEquals(2048, PacketRing.of(1500, 512).frameSize());
        assertTrue(PacketRing.of(1500, 512).dataRoom() <= Mempool.DEFAULT_DATA_ROOM);
        assertEquals(9216, PacketRing.of(9000, 512).frameSize());
    }
}
