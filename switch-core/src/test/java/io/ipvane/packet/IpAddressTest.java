// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @Test
    void shouldLayAddressesOutLikeTheKeysOfABurst() {
        final IpAddress four = IpAddress.parse("255.0.0.1");
        assertEquals(IpAddress.IPV4, four.family());
        assertEquals(0xFF00_0001L, four.key0());
        assertEquals(0, four.key1());
        assertEquals(0xFF00_0001, four.ipv4());
        final IpAddress six = IpAddress.parse("2001:db8::8000:0:0:1");
        assertEquals(IpAddress.IPV6, six.family());
        assertEquals(0x2001_0DB8_0000_0000L, six.key0());
        assertEquals(0x8000_0000_0000_0001L, six.key1());
    }

    /** Sections 4 and 5 of RFC 5952. */
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "1:0:0:4:5:6:0:0, 1::4:5:6:0:0",
        "1:0:0:2:0:3:0:0, 1::2:0:3:0:0",
        "0:0:1:0:0:0:1:0, 0:0:1::1:0",
        "2001:DB8::ABCD, 2001:db8::abcd",
        "::ffff:192.0.2.1, ::ffff:192.0.2.1",
        "::ffff:c000:201, ::ffff:192.0.2.1",
        "::0.0.0.0, ::",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304"
    })
    void shouldReadAnyTextFormAndWriteOne(String text, String canonical) {
        assertEquals(canonical, IpAddress.parse(text).toString());
        assertEquals(IpAddress.parse(text), IpAddress.parse(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0",
                "10.0.0.0.1",
                "10.0.0.256",
                "10.0.0.01",
                "10.0.0.1 ",
                "10.0.0.",
                ".10.0.0",
                "10..0.1",
                "10.0.0.-1",
                "10.0.0.1111",
                "010.0.0.1",
                "1\u0660.0.0.1",
                "host",
                ":",
                ":::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "1::2::3",
                "::1::2",
                "1.2.3.4.",
                "1:2",
                "ABCDG::",
                "1:::2",
                ":1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:",
                "12345::",
                "g::",
                "fe80::1%eth0",
                "::1.2.3",
                "::1.2.3.4.5",
                "::1.2.3.4:5",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::01.2.3.4"
            })
    void shouldRefuseOtherTextAndQuoteIt(String text) {
        final Exception e =
                assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
        assertTrue(e.getMessage().startsWith("'" + text + "' is not an IP"), e.getMessage());
        assertTrue(e.getMessage().contains("; write it like "), e.getMessage());
    }

    @Test
    void shouldReadBackWhateverItWroteAsTheJdkDoes() throws UnknownHostException {
        final SplittableRandom random = new SplittableRandom(5952);
        for (int n = 0; n < 20_000; n++) {
            final IpAddress address = randomAddress(random);
            final String text = address.toString();
            assertEquals(address, IpAddress.parse(text), text);
            assertArrayEquals(jdkForm(address), InetAddress.getByName(text).getAddress(), text);
        }
    }

    /** Many zero groups, or compression would hardly ever happen. */
    private static IpAddress randomAddress(SplittableRandom random) {
        if (random.nextInt(4) == 0) {
            return IpAddress.ipv4(random.nextInt());
        }
        final ByteBuffer bytes = ByteBuffer.allocate(16);
        for (int i = 0; i < 8; i++) {
            bytes.putShort((short) (random.nextBoolean() ? 0 : random.nextInt(0x1_0000)));
        }
        return IpAddress.ipv6(bytes.getLong(0), bytes.getLong(8));
    }

    /** The JDK takes ::ffff:0:0/96 for IPv4. */
    private static byte[] jdkForm(IpAddress address) {
        if (address.isIpv4()) {
            return ByteBuffer.allocate(4).putInt(address.ipv4()).array();
        }
        final byte[] bytes =
                ByteBuffer.allocate(16).putLong(address.key0()).putLong(address.key1()).array();
        final boolean mapped = address.key0() == 0 && address.key1() >>> 32 == 0xFFFF;
        return mapped ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, unspecified",
        "::, unspecified",
        "127.0.0.5, loopback",
        "::1, loopback",
        "224.0.0.0, multicast",
        "239.255.255.255, multicast",
        "ff00::, multicast",
        "169.254.0.1, link-local",
        "fe80::, link-local",
        "febf::1, link-local",
        "255.255.255.255, limited broadcast",
        "10.0.0.1, none",
        "126.255.255.255, none",
        "128.0.0.0, none",
        "223.255.255.255, none",
        "240.0.0.0, none",
        "169.253.255.255, none",
        "169.255.0.0, none",
        "0.0.0.1, none",
        "::2, none",
        "fec0::, none",
        "feff::, none",
        "fd00::1, none",
        "1::, none"
    })
    void shouldClassify(String text, String kind) {
        final IpAddress address = IpAddress.parse(text);
        assertEquals(kind.equals("unspecified"), address.isUnspecified());
        assertEquals(kind.equals("loopback"), address.isLoopback());
        assertEquals(kind.equals("multicast"), address.isMulticast());
        assertEquals(kind.equals("link-local"), address.isLinkLocal());
        assertEquals(kind.equals("limited broadcast"), address.isLimitedBroadcast());
    }

    @ParameterizedTest
    @CsvSource({
        "0.255.255.255, false",
        "1.0.0.0, true",
        "126.255.255.255, true",
        "127.0.0.0, false",
        "127.255.255.255, false",
        "128.0.0.0, true",
        "223.255.255.255, true",
        "224.0.0.0, false",
        "255.255.255.255, false",
        "::, false",
        "::1, false",
        "::2, true",
        "1::, true",
        "feff::1, true",
        "ff00::, false",
        "ffff::1, false"
    })
    void shouldKnowWhoCanBeANeighbour(String text, boolean neighbour) {
        assertEquals(neighbour, IpAddress.parse(text).isNeighbor());
    }

    @ParameterizedTest
    @CsvSource({
        "::ffff:10.0.0.1, true",
        "::ffff:0:0, true",
        "::fffe:10.0.0.1, false",
        "::1:ffff:10.0.0.1, false",
        "1::ffff:10.0.0.1, false",
        "255.255.255.255, false"
    })
    void shouldKnowMappedAddresses(String text, boolean mapped) {
        assertEquals(mapped, IpAddress.parse(text).isIpv4Mapped());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, true",
        "240.0.0.1, true",
        "fe80::1, true",
        "0.0.0.0, false",
        "127.0.0.1, false",
        "224.0.0.1, false",
        "255.255.255.255, false",
        "::, false",
        "::1, false",
        "ff02::1, false"
    })
    void shouldKnowWhoCanBeAHost(String text, boolean host) {
        assertEquals(host, IpAddress.parse(text).isHost());
    }

    @Test
    void shouldRefuseWhatIsNoAddress() {
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(5, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(4, 1L << 32, 0));
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(4, 1, 1));
        assertFalse(IpAddress.ipv6(0, 0).equals(IpAddress.ipv4(0)));
    }
}
