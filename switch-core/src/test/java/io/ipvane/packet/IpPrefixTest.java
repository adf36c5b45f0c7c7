// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/24, 10.0.0.0/24",
        "0.0.0.0/0, 0.0.0.0/0",
        "10.0.0.1/32, 10.0.0.1/32",
        "10.0.0.192/29, 10.0.0.192/29",
        "fd00::/128, fd00::/128",
        "10.0.0.1, 10.0.0.1/32",
        "2001:DB8::/32, 2001:db8::/32",
        "::/0, ::/0",
        "fd00::1, fd00::1/128"
    })
    void shouldReadNetworks(String text, String canonical) {
        assertEquals(canonical, IpPrefix.parse(text).toString());
    }

    @Test
    void shouldKeepHostBitsOnlyWhereTheyAreAllowed() {
        final IpPrefix address = IpPrefix.parseWithHostBits("192.0.2.11/24");
        assertEquals("192.0.2.11/24", address.toString());
        assertEquals("192.0.2.0/24", address.network().toString());
        final Exception e =
                assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse("192.0.2.11/24"));
        assertEquals(
                "'192.0.2.11/24' has bits behind its prefix length; write 192.0.2.0/24",
                e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse("fd00::1/64"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/024",
                "10.0.0.0/2a",
                "10.0.0.0/24/8",
                "::/129",
                "::/9999999999",
                "10.0.0.0/4294967320",
                "/24",
                "default"
            })
    void shouldRefuseOtherText(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.parseWithHostBits(text));
    }

    /** Against a slow model: equal after shifting the host bits out. */
    @Test
    void shouldContainWhatSharesItsLeadingBits() {
        final SplittableRandom random = new SplittableRandom(4632);
        int inside = 0;
        for (int n = 0; n < 50_000; n++) {
            final boolean four = random.nextBoolean();
            final int bits = four ? 32 : 128;
            final int length = random.nextInt(bits + 1);
            final IpAddress address =
                    four
                            ? IpAddress.ipv4(random.nextInt())
                            : IpAddress.ipv6(random.nextLong(), random.nextLong());
            final IpAddress other = flip(address, random.nextInt(bits));
            final IpPrefix prefix = new IpPrefix(address, length);
            final boolean expected =
                    number(address)
                            .shiftRight(bits - length)
                            .equals(number(other).shiftRight(bits - length));
            assertEquals(expected, prefix.contains(other), prefix + " and " + other);
            assertEquals(expected, prefix.network().contains(other));
            assertTrue(prefix.contains(address));
            assertEquals(
                    number(address).shiftRight(bits - length).shiftLeft(bits - length),
                    number(prefix.network().address()));
            inside += expected ? 1 : 0;
        }
        assertTrue(inside > 10_000 && inside < 40_000, "the cases are no good: " + inside);
    }

    @Test
    void shouldQuoteTheWholeTextWhereTheAddressIsMissing() {
        final Exception e =
                assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse("/24"));
        assertTrue(e.getMessage().startsWith("'/24' is not"), e.getMessage());
    }

    @Test
    void shouldRefuseALengthThatTheFamilyDoesNotHave() {
        final IpAddress address = IpAddress.parse("10.0.0.1");
        final Exception e =
                assertThrows(IllegalArgumentException.class, () -> new IpPrefix(address, 33));
        assertEquals("prefix length 33 of 10.0.0.1 is not within 0 to 32", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new IpPrefix(address, -1));
    }

    @Test
    void shouldNotContainTheOtherFamily() {
        assertFalse(IpPrefix.parse("0.0.0.0/0").contains(IpAddress.parse("::")));
        assertFalse(IpPrefix.parse("::/0").contains(IpAddress.parse("0.0.0.0")));
    }

    private static IpAddress flip(IpAddress address, int bit) {
        if (address.isIpv4()) {
            return IpAddress.ipv4(address.ipv4() ^ 1 << bit);
        }
        return bit < 64
                ? IpAddress.ipv6(address.key0(), address.key1() ^ 1L << bit)
                : IpAddress.ipv6(address.key0() ^ 1L << (bit - 64), address.key1());
    }

    private static BigInteger number(IpAddress address) {
        final String hex =
                address.isIpv4()
                        ? Long.toHexString(address.key0())
                        : "%016x%016x".formatted(address.key0(), address.key1());
        return new BigInteger(hex, 16);
    }
}
