// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Regions and rings as a peer describes them, right and wrong; and as we offer them. */
class MemifLinkTest {
    private static final int COOKIE = 0x3E31F20;
    private static final int PAGE = 4096;

    /** Of a ring of 2^4 descriptors. */
    private static final int RING = 128 + 16 * 16;

    private long open;

    @BeforeEach
    void count() {
        TestEal.requireShim();
        MemifLink.described().close();
        open = Libc.open();
    }

    @AfterEach
    void shouldHaveClosedEveryDescriptor() {
        assertTrue(Libc.open() <= open, "descriptors are left open");
    }

    private static void refuses(String sentence, Runnable add) {
        assertEquals(sentence, assertThrows(DpdkException.class, add::run).getMessage());
    }

    /** A file with the mark of a ring at the beginning, and at its end as far as a ring is long. */
    private static int file(long size) throws IOException {
        final int fd = Libc.memory(size);
        try (FileChannel file = FileChannel.open(Libc.path(fd), StandardOpenOption.WRITE)) {
            for (long at : new long[] {0, size - RING, 1, 2}) {
                file.write(word(COOKIE), at);
            }
            file.write(word(COOKIE), 0);
        }
        return fd;
    }

    private static ByteBuffer word(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).flip();
    }

    @Test
    void shouldTakeRegionsAndRings() throws Exception {
        try (MemifLink link = MemifLink.described()) {
            link.addRegion(file(PAGE), PAGE);
            link.addRegion(file(2 * PAGE), PAGE + 1);
            link.addRing(false, 0, 0, 4, Libc.event());
            link.addRing(true, 0, PAGE - RING, 4, Libc.event());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, File too large",
        "4097, Bad file descriptor",
        "4294967296, Bad file descriptor",
        "4294967297, File too large",
        "9223372036854775807, File too large",
        "-1, File too large"
    })
    void shouldRefuseARegionOfAnotherSize(long size, String reason) throws Exception {
        try (MemifLink link = MemifLink.described()) {
            refuses(
                    "a region of " + size + " bytes cannot be used: " + reason,
                    () -> link.addRegion(Libc.memory(PAGE), size));
        }
    }

    @Test
    void shouldRefuseARegionThatIsNoMemory() {
        try (MemifLink link = MemifLink.described()) {
            refuses(
                    "a region of 4096 bytes cannot be used: Bad file descriptor",
                    () -> link.addRegion(Libc.event(), PAGE));
        }
    }

    @Test
    void shouldRefuseOneRegionTooMany() {
        try (MemifLink link = MemifLink.described()) {
            for (int i = 0; i < MemifLink.MAX_REGIONS; i++) {
                link.addRegion(Libc.memory(PAGE), PAGE);
            }
            refuses(
                    "a region of 4096 bytes cannot be used: Argument list too long",
                    () -> link.addRegion(Libc.memory(PAGE), PAGE));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 4, Numerical result out of range",
        "65535, 0, 4, Numerical result out of range",
        "0, 3713, 4, Numerical result out of range",
        "0, 3716, 4, Numerical result out of range",
        "0, 4294967295, 4, Numerical result out of range",
        "0, 4294967292, 4, Numerical result out of range",
        "0, 1, 4, Numerical result out of range",
        "0, 2, 4, Numerical result out of range",
        "0, 0, 8, Numerical result out of range",
        "0, 0, 15, Invalid argument",
        "0, 0, 30, Invalid argument",
        "0, 0, 255, Invalid argument",
        "0, 64, 4, Protocol error"
    })
    void shouldRefuseARing(int region, long offset, int log2, String reason) throws Exception {
        try (MemifLink link = MemifLink.described()) {
            link.addRegion(file(PAGE), PAGE);
            refuses(
                    "a ring of 2^%d descriptors at %d of region %d cannot be used: %s"
                            .formatted(log2, offset, region, reason),
                    () -> link.addRing(true, region, offset, log2, Libc.event()));
        }
    }

    @Test
    void shouldRefuseARingThatIsNotNotifiedByACounter() throws Exception {
        try (MemifLink link = MemifLink.described()) {
            link.addRegion(file(PAGE), PAGE);
            refuses(
                    "a ring of 2^4 descriptors at 0 of region 0 cannot be used: Bad file descriptor",
                    () -> link.addRing(true, 0, 0, 4, Libc.memory(0)));
        }
    }

    @Test
    void shouldRefuseOneRingTooMany() throws Exception {
        try (MemifLink link = MemifLink.described()) {
            link.addRegion(file(PAGE), PAGE);
            for (int i = 0; i < MemifPort.MAX_QUEUES; i++) {
                link.addRing(true, 0, 0, 4, Libc.event());
            }
            refuses(
                    "a ring of 2^4 descriptors at 0 of region 0 cannot be used: Argument list too long",
                    () -> link.addRing(true, 0, 0, 4, Libc.event()));
            link.addRing(false, 0, 0, 4, Libc.event());
        }
    }

    /** The access finds nothing; without a guard it would end the process. */
    @Test
    void shouldRefuseARingWhoseMemoryHasGone() throws Exception {
        final int fd = file(PAGE);
        try (MemifLink link = MemifLink.described()) {
            link.addRegion(Libc.dup(fd), PAGE);
            Libc.truncate(fd, 0);
            refuses(
                    "a ring of 2^4 descriptors at 0 of region 0 cannot be used: Protocol error",
                    () -> link.addRing(true, 0, 0, 4, Libc.event()));
        } finally {
            Libc.close(fd);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "1, 10", "2, 4", "3, 7"})
    void shouldOfferRingsAndABufferForEachDescriptor(int rings, int log2) throws Exception {
        final long ring = 128 + (16L << log2);
        try (MemifLink link = MemifLink.offered(rings, log2);
                FileChannel file =
                        FileChannel.open(
                                Libc.path(link.descriptor()),
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
            assertEquals(2L * rings * (ring + (2048L << log2)), link.size());
            assertEquals(link.size(), file.size());
            for (int i = 0; i < 2 * rings; i++) {
                final boolean toPeer = i < rings;
                assertEquals(i * ring, link.ringOffset(toPeer, i % rings));
                final ByteBuffer word = word(0);
                file.read(word, i * ring);
                assertEquals(COOKIE, word.flip().getInt());
                assertTrue(link.ringEvent(toPeer, i % rings) >= 0);
            }
            assertThrows(IOException.class, () -> file.truncate(PAGE), "it cannot be cut short");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65})
    void shouldOfferNoOtherNumberOfRings(int rings) {
        refuses(
                "no memory for " + rings + " rings of 2^4 descriptors: Invalid argument",
                () -> MemifLink.offered(rings, 4));
    }
}
