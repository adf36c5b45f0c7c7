// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import static io.ipvane.testing.Dhcp.REQUEST;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Dhcp;
import io.ipvane.testing.Frames;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read out of a message, what is refused, and what a new identifier does to it. */
class DhcpMessageTest {
    private static final ClientId OURS = ClientId.ofPort("web", Frames.OWN);
    private static final int FILE = 108;
    private static final int SNAME = 44;

    private static Dhcp request() {
        return Dhcp.request(REQUEST, 0x1234_5678);
    }

    private static DhcpMessage read(Dhcp message) {
        return DhcpMessage.read(message.build()).orElseThrow();
    }

    private static boolean refused(Dhcp message) {
        return DhcpMessage.read(message.build()).isEmpty();
    }

    @Test
    void shouldReadWhatMatters() {
        final DhcpMessage message =
                read(
                        request()
                                .own("10.0.0.7")
                                .address(50, "10.0.0.8")
                                .raw(0, 0)
                                .lease(3_600)
                                .option(61, 0, 9)
                                .option(80)
                                .option(90, 1));
        assertEquals(0x1234_5678, message.xid());
        assertEquals(Frames.OWN, message.hardware());
        assertEquals(DhcpMessage.REQUEST, message.type());
        assertEquals("10.0.0.8", IpAddress.ipv4(message.wanted()).toString());
        assertEquals(
                "10.0.0.7", IpAddress.ipv4(read(request().own("10.0.0.7")).wanted()).toString());
        assertEquals(3_600, message.leaseSeconds());
        assertTrue(message.rapidCommit() && message.signed());
        assertArrayEquals(new byte[] {0, 9}, message.clientId().orElseThrow().bytes());
        assertEquals(-1, read(request()).leaseSeconds());
    }

    @Test
    void shouldReadOptionsInOverloadedFields() {
        final DhcpMessage message =
                read(
                        request()
                                .option(52, 3)
                                .field(FILE, 0, 61, 2, 0, 5, 255)
                                .field(SNAME, 50, 4, 10, 0, 0, 9, 255));
        assertArrayEquals(new byte[] {0, 5}, message.clientId().orElseThrow().bytes());
        assertEquals("10.0.0.9", IpAddress.ipv4(message.wanted()).toString());
        assertTrue(read(request().field(FILE, 61, 2, 0, 5, 255)).clientId().isEmpty());
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 28, 236, 239, 240, 241, 242})
    void shouldRefuseATruncatedMessage(int length) {
        assertTrue(DhcpMessage.read(Arrays.copyOf(request().build(), length)).isEmpty());
    }

    @Test
    void shouldRefuseWhatContradictsItselfOrMayMeanTwoThings() {
        assertTrue(refused(request().field(0, 3)), "op");
        assertTrue(refused(request().field(1, 6)), "hardware type");
        assertTrue(refused(request().field(2, 16)), "hardware length");
        assertTrue(refused(request().field(236, 0)), "cookie");
        assertTrue(refused(request().option(53, 3)), "two types");
        assertTrue(refused(Dhcp.request(9, 1)), "unknown type");
        assertTrue(refused(Dhcp.request(0, 1)), "no type");
        assertTrue(refused(request().option(61, 0, 1).option(61, 0, 2)), "two identifiers");
        assertTrue(refused(request().option(61)), "empty identifier");
        assertTrue(refused(request().option(50, 1, 2, 3)), "short address");
        assertTrue(refused(request().option(51, 1)), "short lease");
        assertTrue(refused(request().option(1, 255)), "short mask");
        assertTrue(refused(request().option(52, 4)), "overload of nothing");
        assertTrue(refused(request().option(52, 1, 1)), "long overload");
        assertTrue(refused(request().raw(55, 200, 1).endless()), "option beyond the end");
        assertTrue(refused(request().raw(55).endless()), "option without a length");
        assertTrue(refused(request().option(52, 1).field(FILE, 55, 127)), "option beyond file");
        assertTrue(
                refused(request().option(61, 0, 1).option(52, 2).field(SNAME, 61, 1, 7, 255)),
                "identifiers in two places");
    }

    @Test
    void shouldReadTheShortestMessagesOfTheFirstAndTheLastType() {
        for (int type : new int[] {DhcpMessage.DISCOVER, DhcpMessage.INFORM}) {
            final byte[] shortest = Dhcp.request(type, 1).endless().build();
            assertEquals(243, shortest.length);
            assertEquals(type, DhcpMessage.read(shortest).orElseThrow().type());
        }
        assertTrue(read(request().option(80).endless()).rapidCommit(), "an option of no bytes");
    }

    @Test
    void shouldReadAMessageWithoutEnd() {
        final DhcpMessage message = read(request().option(55, 1).endless());
        final byte[] changed = ClientIdOption.replace(message, Optional.of(OURS));
        assertEquals(Optional.of(OURS), DhcpMessage.read(changed).orElseThrow().clientId());
        assertArrayEquals(new byte[] {1}, Dhcp.option(changed, 55));
    }

    @Test
    void shouldUseThePaddingBeforeGrowing() {
        final byte[] padded = ClientIdOption.replace(read(request().padTo(300)), Optional.of(OURS));
        assertEquals(300, padded.length);
        final byte[] grown = ClientIdOption.replace(read(request()), Optional.of(OURS));
        assertEquals(request().build().length + 2 + OURS.length(), grown.length);
        for (byte[] changed : new byte[][] {padded, grown}) {
            assertArrayEquals(OURS.bytes(), Dhcp.option(changed, 61));
            assertArrayEquals(new byte[] {REQUEST}, Dhcp.option(changed, 53));
        }
    }

    @Test
    void shouldKeepTheOrderOfOptions() {
        final Dhcp before = request().option(61, 0, 1).option(12, 'a', 'b').option(55, 1, 3);
        final byte[] changed = ClientIdOption.replace(read(before), Optional.of(OURS));
        final byte[] back =
                ClientIdOption.replace(
                        DhcpMessage.read(changed).orElseThrow(), read(before).clientId());
        assertArrayEquals(before.build(), Arrays.copyOf(back, before.build().length));
    }

    @Test
    void shouldMoveAnIdentifierOutOfAnOverloadedField() {
        final DhcpMessage before =
                read(request().option(52, 1).field(FILE, 12, 1, 'h', 61, 2, 0, 5, 6, 1, 9, 255));
        final byte[] changed = ClientIdOption.replace(before, Optional.of(OURS));
        final DhcpMessage after = DhcpMessage.read(changed).orElseThrow();
        assertEquals(Optional.of(OURS), after.clientId());
        assertArrayEquals(
                new byte[] {12, 1, 'h', 0, 0, 0, 0, 6, 1, 9, (byte) 255},
                Arrays.copyOfRange(changed, FILE, FILE + 11));
        final byte[] without = ClientIdOption.replace(before, Optional.empty());
        assertNull(Dhcp.option(without, 61));
        assertTrue(DhcpMessage.read(without).orElseThrow().clientId().isEmpty());
    }

    @Test
    void shouldTouchOnlyTheFieldThatHoldsOptions() {
        final DhcpMessage before =
                read(
                        request()
                                .option(52, 2)
                                .field(FILE, 61, 2, 'x', 'y')
                                .field(SNAME, 12, 1, 'h', 61, 2, 0, 5, 255));
        final byte[] changed = ClientIdOption.replace(before, Optional.of(OURS));
        assertArrayEquals(
                new byte[] {61, 2, 'x', 'y'}, Arrays.copyOfRange(changed, FILE, FILE + 4));
        assertArrayEquals(
                new byte[] {12, 1, 'h', 0, 0, 0, 0, (byte) 255},
                Arrays.copyOfRange(changed, SNAME, SNAME + 8));
        final DhcpMessage other =
                read(
                        request()
                                .option(52, 1)
                                .field(FILE, 61, 2, 0, 5, 255)
                                .field(SNAME, 61, 2, 'x', 'y'));
        assertArrayEquals(
                new byte[] {61, 2, 'x', 'y'},
                Arrays.copyOfRange(
                        ClientIdOption.replace(other, Optional.of(OURS)), SNAME, SNAME + 4));
    }

    /** An option may end with its field; the next byte belongs to something else. */
    @Test
    void shouldReadAFieldToItsLastByte() {
        final int[] full = new int[64];
        full[0] = 12;
        full[1] = 58;
        full[60] = 61;
        full[61] = 2;
        full[63] = 7;
        final DhcpMessage before = read(request().option(52, 2).field(SNAME, full));
        assertArrayEquals(new byte[] {0, 7}, before.clientId().orElseThrow().bytes());
        final byte[] changed = ClientIdOption.replace(before, Optional.of(OURS));
        assertArrayEquals(
                new byte[4], Arrays.copyOfRange(changed, SNAME + 60, SNAME + 64), "padded over");
        final int[] name = {61, 2, 'x', 'y'};
        final DhcpMessage named =
                read(request().option(52, 2).field(SNAME, full).field(FILE, name));
        assertArrayEquals(
                new byte[] {61, 2, 'x', 'y'},
                Arrays.copyOfRange(
                        ClientIdOption.replace(named, Optional.of(OURS)), FILE, FILE + 4),
                "the field behind it holds no options");
        full[61] = 3;
        assertTrue(refused(request().option(52, 2).field(SNAME, full)), "beyond the field");
        assertTrue(refused(request().option(52, 4)), "no such fields");
    }

    @Test
    void shouldTakeAnIdentifierOfAnyLengthThatAnOptionHas() {
        assertEquals(255, ClientId.of(new byte[255]).length());
        assertThrows(IllegalArgumentException.class, () -> ClientId.of(new byte[256]));
        assertThrows(IllegalArgumentException.class, () -> ClientId.of(new byte[0]));
        assertEquals("0001ff", ClientId.of(new byte[] {0, 1, -1}).toString());
    }

    @Test
    void shouldTakeNothingOutOfAFileName() {
        final DhcpMessage before = read(request().field(FILE, 61, 2, 'x', 'y'));
        final byte[] changed = ClientIdOption.replace(before, Optional.of(OURS));
        assertArrayEquals(
                new byte[] {61, 2, 'x', 'y'}, Arrays.copyOfRange(changed, FILE, FILE + 4));
    }
}
