// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.dpdk.Libc;
import io.ipvane.linux.SeqPacket.Received;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeqPacketTest {
    private static final int MOST = 128;

    @TempDir private Path folder;
    private long open;
    private SeqPacket listener;
    private SeqPacket here;
    private SeqPacket there;

    @BeforeEach
    void connect() {
        open = Libc.open();
        final Path path = folder.resolve("s");
        assertTrue(SeqPacket.connect(path).isEmpty(), "nobody listens");
        listener = SeqPacket.listen(path);
        assertTrue(listener.accept().isEmpty(), "nobody has come");
        there = SeqPacket.connect(path).orElseThrow();
        here = listener.accept().orElseThrow();
    }

    @AfterEach
    void shouldHaveClosedEveryDescriptor() {
        listener.close();
        here.close();
        there.close();
        // The JVM closes some of its own meanwhile.
        assertTrue(Libc.open() <= open, "descriptors are left open");
    }

    private Received received() {
        return here.receive(MOST).orElseThrow();
    }

    @Test
    void shouldCarryWholeMessagesInOrder() {
        assertTrue(here.receive(MOST).isEmpty(), "nothing has come");
        there.send(new byte[] {1, 2, 3}, SeqPacket.NONE);
        there.send(new byte[MOST], SeqPacket.NONE);
        assertArrayEquals(new byte[] {1, 2, 3}, received().bytes());
        assertArrayEquals(new byte[MOST], received().bytes());
        assertTrue(here.receive(MOST).isEmpty());
    }

    @Test
    void shouldCarryADescriptor() throws Exception {
        final int memory = Libc.memory(77);
        there.send(new byte[] {1}, memory);
        there.send(new byte[] {2}, SeqPacket.NONE);
        Libc.close(memory);
        final Received received = received();
        assertEquals(77, Files.size(Libc.path(received.descriptor())));
        SeqPacket.discard(received.descriptor());
        assertEquals(SeqPacket.NONE, received().descriptor());
    }

    @Test
    void shouldTakeTheFirstOfSeveralDescriptorsAndCloseTheOthers() {
        final long before = Libc.open();
        for (int count : new int[] {2, 3, 200}) {
            Libc.send(there.fd(), new int[count]);
            final Received received = received();
            assertTrue(received.descriptor() >= 0);
            assertTrue(Libc.open() <= before + 1, "the others are left open");
            SeqPacket.discard(received.descriptor());
        }
    }

    @Test
    void shouldRefuseALongerMessageAndCloseItsDescriptor() {
        there.send(new byte[MOST + 1], Libc.STANDARD_INPUT);
        there.send(new byte[] {3}, SeqPacket.NONE);
        final LinuxException e = assertThrows(LinuxException.class, () -> here.receive(MOST));
        assertTrue(e.getMessage().contains("receive from unix:" + folder), e::getMessage);
        assertArrayEquals(new byte[] {3}, received().bytes());
    }

    /** It looks like the end, which brings none. */
    @Test
    void shouldCloseTheDescriptorOfAnEmptyMessage() {
        there.send(new byte[0], Libc.STANDARD_INPUT);
        final Received received = received();
        assertEquals(0, received.bytes().length);
        assertEquals(SeqPacket.NONE, received.descriptor());
    }

    @Test
    void shouldSayThatThePeerIsGone() {
        there.send(new byte[] {1}, SeqPacket.NONE);
        there.close();
        assertArrayEquals(new byte[] {1}, received().bytes(), "what it said last comes first");
        assertEquals(0, received().bytes().length);
        assertThrows(LinuxException.class, () -> here.send(new byte[] {1}, SeqPacket.NONE));
        there = SeqPacket.connect(folder.resolve("s")).orElseThrow();
    }

    /** The other side does not read. */
    @Test
    void shouldNotWaitForRoom() {
        assertThrows(
                LinuxException.class,
                () -> {
                    for (int i = 0; i < 100_000; i++) {
                        there.send(new byte[MOST], SeqPacket.NONE);
                    }
                });
    }

    @Test
    void shouldRefuseAPathThatIsTakenOrTooLong() {
        assertThrows(LinuxException.class, () -> SeqPacket.listen(folder.resolve("s")));
        assertThrows(LinuxException.class, () -> SeqPacket.listen(folder.resolve("x".repeat(108))));
        assertRefused("ENAMETOOLONG", folder.resolve("x".repeat(108)));
    }

    @Test
    void shouldSayWhatWaitingDoesNotMend() throws Exception {
        final Path file = Files.createFile(folder.resolve("file"));
        assertTrue(SeqPacket.connect(file).isEmpty(), "as if a program had left it behind");
        assertRefused("ENOTDIR", file.resolve("s"));
    }

    private static void assertRefused(String reason, Path path) {
        final LinuxException e = assertThrows(LinuxException.class, () -> SeqPacket.connect(path));
        assertEquals("cannot connect to unix:" + path + ": " + reason, e.getMessage());
    }

    @Test
    void shouldWakeUpForAMessageAndForASignal() {
        final long begin = System.nanoTime();
        try (Wakeup wakeup = new Wakeup()) {
            there.send(new byte[] {1}, SeqPacket.NONE);
            wakeup.await(here, Duration.ofMinutes(1));
            wakeup.signal();
            wakeup.await(null, Duration.ofMinutes(1));
            wakeup.await(null, Duration.ofMillis(20));
        }
        final long took = System.nanoTime() - begin;
        assertTrue(took >= 20_000_000, "the signal is over: " + took);
        assertTrue(took < 30_000_000_000L, "it was waited for nothing: " + took);
    }
}
