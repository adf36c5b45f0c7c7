// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class VxlanTest {
    @Test
    void shouldWriteAndReadAHeader() {
        try (Scratch memory = new Scratch(Vxlan.LENGTH)) {
            Vxlan.write(memory.address, Vxlan.of(42));
            assertArrayEquals(HexFormat.of().parseHex("0800000000002a00"), memory.bytes());
            assertEquals(42, Vxlan.vni(Vxlan.word(memory.address)));
            assertEquals(Vxlan.MAX_VNI, Vxlan.vni(Vxlan.of(Vxlan.MAX_VNI)));
        }
    }

    @Test
    void shouldReadAGroupOnlyWhereThereIsOne() {
        assertEquals(0x481234, Vxlan.group(0x8848_1234_0000_2A00L));
        assertEquals(0, Vxlan.group(0x0848_1234_0000_2A00L));
        assertEquals(39, Long.bitCount(Vxlan.RESERVED));
    }
}
