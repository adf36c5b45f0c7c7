// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Values, byte order, and what the checks of test runs find. */
class MemoryTest {
    private final Arena arena = Arena.ofConfined();
    private final long at = arena.allocate(64, 8).address();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void shouldReadWhatItWroteInEitherByteOrderAtAnyAddress() {
        for (long a = at; a < at + 8; a++) {
            Memory.put64be(a, 0x8182_8384_8586_8788L);
            assertArrayEquals(
                    new byte[] {-127, -126, -125, -124, -123, -122, -121, -120},
                    Memory.bytes(a, 8));
            assertEquals(0x8182_8384_8586_8788L, Memory.i64be(a));
            assertEquals(0x8887_8685_8483_8281L, Memory.i64(a));
            assertEquals(0x8182_8384, Memory.i32be(a));
            assertEquals(0x8483_8281, Memory.i32(a));
            assertEquals(0x8483_8281L, Memory.u32(a));
            assertEquals(0x8182, Memory.u16be(a));
            assertEquals(0x8281, Memory.u16(a));
            assertEquals(0x81, Memory.u8(a));
            assertEquals((byte) 0x81, Memory.byteAt(a));
            assertEquals(0x8182_8384_8586L, Memory.mac(a));
            assertEquals(Memory.i32be(a + 4), Memory.i32be(a, 4));
            Memory.put32be(a, 0x0102_0304);
            Memory.put16be(a + 4, 0xFF0506);
            Memory.put8(a + 6, 0xFF07);
            assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, -120}, Memory.bytes(a, 8));
            Memory.putMac(a + 1, 0xA1A2_A3A4_A5A6L);
            assertEquals(0x01A1_A2A3_A4A5_A688L, Memory.i64be(a));
        }
    }

    @Test
    void shouldCopyAndClearWhatItIsToldAndNothingBeside() {
        Memory.put(at, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        Memory.copy(at + 1, at + 16, 3);
        Memory.zero(at + 4, 2);
        assertArrayEquals(new byte[] {1, 2, 3, 4, 0, 0, 7, 8}, Memory.bytes(at, 8));
        assertArrayEquals(new byte[] {2, 3, 4}, Memory.bytes(at + 16, 3));
    }

    @Test
    void shouldNameAnAddressThatLeadsNowhere() {
        final List<Executable> wrong =
                List.of(
                        () -> Memory.u8(0),
                        () -> Memory.i64(36),
                        () -> Memory.i32Acquire(0x1000),
                        () -> Memory.put16(8, 1),
                        () -> Memory.put64Release(16, 1),
                        () -> Memory.copy(at, 64, 8),
                        () -> Memory.zero(-8, 8));
        for (Executable access : wrong) {
            final String message =
                    assertThrows(IndexOutOfBoundsException.class, access).getMessage();
            assertTrue(message.startsWith("0x"), message);
        }
    }
}
