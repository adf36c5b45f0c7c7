// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memif;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memif.Message.Ack;
import io.ipvane.memif.Message.AddRegion;
import io.ipvane.memif.Message.AddRing;
import io.ipvane.memif.Message.Connect;
import io.ipvane.memif.Message.Connected;
import io.ipvane.memif.Message.Disconnect;
import io.ipvane.memif.Message.Hello;
import io.ipvane.memif.Message.Init;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
    private static final String NAME = "697076616e65" + "00".repeat(26);

    static Stream<Message> all() {
        return Stream.of(
                new Ack(),
                new Hello("VPP 24.02", 0x200, 0x2FF, 255, 0xFFFF, 1, 14),
                new Init(0x200, 0xFFFFFFFFL, 2, "a"),
                new AddRegion(0xFFFF, 0x1_0000_0001L),
                new AddRegion(0, -1),
                new AddRing(true, 1, 2, 0xFFFFFFFFL, 255),
                new AddRing(false, 0xFFFF, 0, 0, 0),
                new Connect(""),
                new Connected("x".repeat(31)),
                new Disconnect(0xFFFFFFFFL, "y".repeat(95)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldReadWhatWasWritten(Message message) throws Exception {
        assertEquals(Message.BYTES, message.bytes().length);
        assertEquals(message, Message.read(message.bytes()));
    }

    private static void assertBytes(String expected, Message message) {
        assertArrayEquals(
                Arrays.copyOf(HexFormat.of().parseHex(expected), Message.BYTES), message.bytes());
    }

    /** By hand, of a machine whose lowest byte is first: packed structures of VPP's memif.h. */
    @Test
    void shouldLayFieldsAsVppDoes() {
        assertBytes("0100", new Ack());
        assertBytes(
                "0200" + NAME + "0001" + "0002" + "3f00" + "0300" + "0400" + "0e",
                new Hello("ipvane", 0x100, 0x200, 63, 3, 4, 14));
        assertBytes(
                "0300" + "0002" + "78563412" + "01" + "00".repeat(24) + NAME,
                new Init(0x200, 0x12345678, 1, "ipvane"));
        assertBytes("0400" + "0500" + "0807060504030201", new AddRegion(5, 0x0102030405060708L));
        assertBytes(
                "0500" + "0100" + "0300" + "0200" + "80400000" + "0a",
                new AddRing(true, 3, 2, 0x4080, 10));
        assertBytes(
                "0500" + "0000" + "0000" + "0000" + "00000000" + "08",
                new AddRing(false, 0, 0, 0, 8));
        assertBytes("0600" + NAME, new Connect("ipvane"));
        assertBytes("0700" + NAME, new Connected("ipvane"));
        assertBytes("0800" + "02000000" + "676f6e65", new Disconnect(2, "gone"));
    }

    @Test
    void shouldCutTextsThatAreTooLong() throws Exception {
        assertEquals(
                new Connect("n".repeat(31)), Message.read(new Connect("n".repeat(200)).bytes()));
        assertEquals(
                new Disconnect(0, "r".repeat(95)),
                Message.read(new Disconnect(0, "r".repeat(200)).bytes()));
    }

    /** The log's lines end with a new line, its values with a quotation mark. */
    @Test
    void shouldReadTextsThatDoNoHarmInALog() throws Exception {
        final byte[] bytes = new Disconnect(0, "interface deleted").bytes();
        assertEquals(new Disconnect(0, "interface deleted"), Message.read(bytes));
        bytes[6] = '\n';
        bytes[7] = '"';
        bytes[8] = 0x1B;
        bytes[9] = (byte) 0xC3;
        bytes[10] = 0x7F;
        assertEquals(new Disconnect(0, ".....face deleted"), Message.read(bytes));
    }

    /** One that fills its field has no room for an end. */
    @Test
    void shouldReadATextWithoutItsEnd() throws Exception {
        final byte[] bytes = new byte[Message.BYTES];
        Arrays.fill(bytes, (byte) 'n');
        bytes[0] = Connect.TYPE;
        bytes[1] = 0;
        assertEquals(new Connect("n".repeat(32)), Message.read(bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 127, 129, 4096})
    void shouldRefuseAnotherLength(int length) {
        final MemifException e =
                assertThrows(MemifException.class, () -> Message.read(new byte[length]));
        assertEquals("a message has " + length + " bytes, not 128", e.getMessage());
        assertTrue(e.isFault());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 255})
    void shouldRefuseAnUnknownType(int type) {
        final byte[] bytes = new byte[Message.BYTES];
        bytes[0] = (byte) type;
        final MemifException e = assertThrows(MemifException.class, () -> Message.read(bytes));
        assertEquals("a message has the unknown type " + type, e.getMessage());
    }

    /** Whatever comes is a message or none, and its text can be printed. */
    @Test
    void shouldReadAnything() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            final byte[] bytes = new byte[Message.BYTES];
            random.nextBytes(bytes);
            bytes[0] = (byte) random.nextInt(11);
            bytes[1] = (byte) (random.nextInt(10) == 0 ? 1 : 0);
            try {
                final Message message = Message.read(bytes);
                read++;
                assertTrue(
                        message.toString().chars().allMatch(c -> c >= ' ' && c < 0x7F),
                        () -> "seed " + seed + ": " + message);
                assertEquals(cut(message), Message.read(message.bytes()), () -> "seed " + seed);
            } catch (MemifException e) {
                assertTrue(
                        e.getMessage().startsWith("a message has the unknown type "),
                        () -> "seed " + seed + ": " + e.getMessage());
            }
        }
        assertTrue(read > 1000, "few were messages: " + read);
    }

    /** A text that fills its field loses its last character to the end that is written. */
    private static Message cut(Message message) {
        return switch (message) {
            case Hello m ->
                    new Hello(
                            cut(m.name(), 31),
                            m.minVersion(),
                            m.maxVersion(),
                            m.maxRegion(),
                            m.maxToClient(),
                            m.maxToServer(),
                            m.maxLog2Ring());
            case Init m -> new Init(m.version(), m.id(), m.mode(), cut(m.name(), 31));
            case Connect m -> new Connect(cut(m.name(), 31));
            case Connected m -> new Connected(cut(m.name(), 31));
            case Disconnect m -> new Disconnect(m.code(), cut(m.reason(), 95));
            case Ack m -> m;
            case AddRegion m -> m;
            case AddRing m -> m;
        };
    }

    private static String cut(String text, int most) {
        return text.substring(0, Math.min(most, text.length()));
    }
}
