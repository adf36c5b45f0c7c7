// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.memory.Memory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InternetChecksumTest {
    /** The example of RFC 1071, section 3: the words add up to ddf2. */
    @Test
    void shouldComputeTheExampleOfTheRfc() {
        final byte[] bytes = {
            0, 1, (byte) 0xF2, 3, (byte) 0xF4, (byte) 0xF5, (byte) 0xF6, (byte) 0xF7
        };
        try (Scratch memory = new Scratch(bytes)) {
            assertEquals(0xDDF2, InternetChecksum.fold(InternetChecksum.sum(memory.address, 8)));
            assertEquals(~0xDDF2 & 0xFFFF, InternetChecksum.of(memory.address, 8));
        }
    }

    /** The example of RFC 1624, section 4, which equation 2 got wrong. */
    @Test
    void shouldMendTheExampleOfTheRfc() {
        assertEquals(0x0000, InternetChecksum.update(0xDD2F, 0x5555, 0x3285));
    }

    @Test
    void shouldEqualASlowSumOfAnyLengthAndAlignment() {
        final SplittableRandom random = new SplittableRandom(1071);
        for (int n = 0; n < 20_000; n++) {
            final byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            final int skip = random.nextInt(bytes.length + 1);
            try (Scratch memory = new Scratch(bytes)) {
                assertEquals(
                        slow(bytes, skip),
                        InternetChecksum.of(memory.address + skip, bytes.length - skip));
            }
        }
    }

    /** The remainder by 65,535, but 65,535 for one of 0; a carry may come up three times. */
    @Test
    void shouldFoldAnySum() {
        final SplittableRandom random = new SplittableRandom(65_535);
        assertEquals(0, InternetChecksum.fold(0));
        assertEquals(1, InternetChecksum.fold(0x0001_0000_FFFF_FFFFL));
        for (int n = 0; n < 20_000; n++) {
            final long sum = 1 + (random.nextLong() >>> 2 >>> random.nextInt(62));
            final long remainder = sum % 65_535;
            assertEquals(
                    remainder == 0 ? 65_535 : remainder,
                    InternetChecksum.fold(sum),
                    Long.toHexString(sum));
        }
    }

    @Test
    void shouldNotOverflowOnTheLargestPacketOfOnes() {
        final byte[] bytes = new byte[65_535];
        Arrays.fill(bytes, (byte) 0xFF);
        try (Scratch memory = new Scratch(bytes)) {
            assertEquals(slow(bytes, 0), InternetChecksum.of(memory.address, bytes.length));
        }
        assertEquals(0xFFFF, InternetChecksum.fold(-1L));
        assertEquals(0, InternetChecksum.fold(0));
    }

    @Test
    void shouldMendAnyWordChangeToWhatAFullSumGives() {
        final SplittableRandom random = new SplittableRandom(1624);
        for (int n = 0; n < 100_000; n++) {
            final byte[] bytes = new byte[20];
            random.nextBytes(bytes);
            bytes[0] = 0x45; // as in any header, the sum of all words is never 0
            if (n % 4 == 0) {
                Arrays.fill(bytes, 1, 20, (byte) (n % 8 == 0 ? 0 : 0xFF));
            }
            try (Scratch memory = new Scratch(bytes)) {
                final int at = 2 + 2 * random.nextInt(9);
                final int before = Memory.u16be(memory.address + at);
                final int after = random.nextInt(4) == 0 ? 0 : random.nextInt(0x1_0000);
                final int checksum = InternetChecksum.of(memory.address, 20);
                Memory.put16be(memory.address + at, after);
                assertEquals(
                        InternetChecksum.of(memory.address, 20),
                        InternetChecksum.update(checksum, before, after));
            }
        }
    }

    @Test
    void shouldMendAMacChangeToWhatAFullSumGives() {
        final SplittableRandom random = new SplittableRandom(826);
        for (int n = 0; n < 20_000; n++) {
            final byte[] bytes = new byte[20];
            random.nextBytes(bytes);
            bytes[0] = 0x45;
            try (Scratch memory = new Scratch(bytes)) {
                final long before = Memory.mac(memory.address + 8);
                final long after = random.nextLong() >>> 16;
                final int checksum = InternetChecksum.of(memory.address, 20);
                Memory.putMac(memory.address + 8, after);
                assertEquals(
                        InternetChecksum.of(memory.address, 20),
                        InternetChecksum.updateMac(checksum, before, after));
            }
        }
    }

    private static int slow(byte[] bytes, int from) {
        int sum = 0;
        for (int i = from; i < bytes.length; i++) {
            final int value = bytes[i] & 0xFF;
            sum += (i - from) % 2 == 0 ? value << 8 : value;
            if (sum > 0xFFFF) {
                sum = (sum & 0xFFFF) + 1;
            }
        }
        return ~sum & 0xFFFF;
    }
}
