// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Messages as bytes; the numbers below are those of a little-endian machine. */
class NetlinkCodecTest {
    private static final HexFormat HEX = HexFormat.of();

    private static NetlinkMessage parse(NetlinkRequest request) {
        return NetlinkMessage.parse(request.bytes()).get(0);
    }

    @Test
    void shouldEncodeWhatIpLinkSetMtuSends() {
        final NetlinkRequest request =
                Link.request(Rtnl.SETLINK, 7).attribute32(Rtnl.IFLA_MTU, 9000);

        assertEquals(
                "28000000"
                        + "1300"
                        + "0100"
                        + "00000000"
                        + "00000000" // length, type, flags
                        + "00000000"
                        + "07000000"
                        + "00000000"
                        + "00000000" // ifinfomsg
                        + "0800"
                        + "0400"
                        + "28230000",
                HEX.formatHex(request.bytes()));
    }

    @Test
    void shouldPadAttributesAndMarkNestedOnes() {
        final NetlinkRequest request = new NetlinkRequest(1, 0);
        final int outer = request.nest(26);
        request.attribute8(8, 1);
        request.end(outer);

        assertEquals(
                "1c000000"
                        + "0100"
                        + "0100"
                        + "0000000000000000"
                        + "0c001a80"
                        + "05000800"
                        + "01000000",
                HEX.formatHex(request.bytes()));
    }

    @Test
    void shouldReadBackTheAttributesThatItWrote() {
        final NetlinkRequest request = new NetlinkRequest(1, 0).u32(0);
        request.attribute(3, "eth0").attribute32(4, 1500).attribute8(33, 1);
        final int nest = request.nest(43);
        request.attribute8(2, 4);
        request.end(nest);

        final Attributes attributes = parse(request).attributes(4);

        assertEquals("eth0", attributes.text(3));
        assertEquals(1500, attributes.i32(4, 0));
        assertEquals(1, attributes.u8(33, 0));
        assertEquals(4, attributes.nested(43).u8(2, 0));
        assertEquals(0, attributes.nested(44).u8(2, 0));
        assertEquals("", attributes.text(99));
    }

    @Test
    void shouldDecodeALink() {
        final NetlinkRequest request =
                Link.request(Rtnl.NEWLINK, 5, Rtnl.IFF_UP | Rtnl.IFF_NOARP, 0)
                        .attribute(Rtnl.IFLA_IFNAME, "eth0")
                        .attribute(Rtnl.IFLA_ADDRESS, Mac.bytes(0x020000000001L))
                        .attribute32(Rtnl.IFLA_MTU, 1400)
                        .attribute8(Rtnl.IFLA_CARRIER, 1);

        assertEquals(
                new Link(5, "eth0", 0x020000000001L, 1400, Rtnl.IFF_UP | Rtnl.IFF_NOARP, true, 0),
                Link.decode(parse(request)));
    }

    @Test
    void shouldNotTakeABridgeMessageForALink() {
        final NetlinkRequest request =
                new NetlinkRequest(Rtnl.DELLINK, 0).u8(7).u8(0).u16(0).u32(5).u32(0).u32(0);

        assertNull(Link.decode(parse(request)));
    }

    @Test
    void shouldTakeTheLocalEndOfAPointToPointAddress() {
        final NetlinkRequest request =
                new NetlinkRequest(Rtnl.NEWADDR, 0)
                        .u8(2)
                        .u8(32)
                        .u8(0)
                        .u8(0)
                        .u32(5)
                        .attribute(Rtnl.IFA_ADDRESS, new byte[] {10, 9, 9, 2})
                        .attribute(Rtnl.IFA_LOCAL, new byte[] {10, 9, 9, 1});

        assertEquals(
                new InterfaceAddress(5, IpPrefix.parse("10.9.9.1/32"), 0),
                InterfaceAddress.decode(parse(request)));
    }

    @Test
    void shouldDecodeTheAddressThatItEncodes() {
        for (final String text : List.of("10.0.0.11/24", "2001:db8::11/64", "fe80::1/64")) {
            final NetlinkRequest request =
                    InterfaceAddress.request(Rtnl.NEWADDR, 0, 3, IpPrefix.parse(text));

            assertEquals(
                    new InterfaceAddress(3, IpPrefix.parse(text), 0),
                    InterfaceAddress.decode(parse(request)));
        }
    }

    @Test
    void shouldDecodeTheRouteThatItEncodes() {
        for (final Route route :
                List.of(
                        new Route(
                                IpPrefix.parse("0.0.0.0/0"),
                                IpPrefix.parse("10.0.0.1").address(),
                                null,
                                3,
                                254,
                                4,
                                100),
                        new Route(
                                IpPrefix.parse("2001:db8::/32"),
                                null,
                                IpPrefix.parse("2001:db8::1").address(),
                                3,
                                1000,
                                4,
                                0))) {
            assertEquals(route, Route.decode(parse(route.request(Rtnl.NEWROUTE, 0))));
        }
    }

    @Test
    void shouldSurviveAnyBytes() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            final byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length >= 4) {
                ByteBuffer.wrap(bytes)
                        .order(ByteOrder.nativeOrder())
                        .putInt(0, random.nextInt(bytes.length + 2));
            }
            try {
                for (final NetlinkMessage message : NetlinkMessage.parse(bytes)) {
                    Link.decode(message);
                }
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + HEX.formatHex(bytes), e);
            }
        }
    }

    @Test
    void shouldLeaveOutAMessageThatIsCutShort() {
        final byte[] one = Link.request(Rtnl.GETLINK, 1).bytes();
        final byte[] two = Arrays.copyOf(one, one.length * 2 - 1);
        System.arraycopy(one, 0, two, one.length, one.length - 1);

        assertEquals(1, NetlinkMessage.parse(two).size());
    }

    @Test
    void shouldParseAddressesWithoutEverAskingForAName() {
        assertEquals("10.0.0.11/24", IpPrefix.parse("10.0.0.11/24").toString());
        assertEquals(128, IpPrefix.parse("2001:db8::1").length());
        for (final String bad :
                List.of("localhost", "10.0.0.11/33", "10.0.0.11/x", "", "10.0.0/8/8")) {
            assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(bad), bad);
        }
    }

    @Test
    void shouldNameErrors() {
        assertEquals("EBUSY", Errno.name(16));
        assertEquals("ERANGE", Errno.name(34));
        assertEquals("ENOBUFS", Errno.name(105));
        assertEquals("errno 999", Errno.name(999));
    }
}
