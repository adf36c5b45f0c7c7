// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BoundedOutputTest {
    private final CountDownLatch reader = new CountDownLatch(1);
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();

    /** A pipe that nobody reads until {@link #reader} comes. */
    private final OutputStream pipe =
            new OutputStream() {
                @Override
                public void write(int b) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void write(byte[] bytes) throws IOException {
                    try {
                        reader.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    read.writeBytes(bytes);
                }
            };

    private final BoundedOutput output =
            new BoundedOutput("test-log", pipe, lines -> bytes("dropped " + lines + "\n"));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String text() {
        return read.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldWriteLinesInOrder() {
        reader.countDown();
        output.offer(bytes("one\n"));
        output.offer(bytes("two\n"));
        output.drain(10_000);

        assertEquals("one\ntwo\n", text());
    }

    @Test
    void shouldDropAndCountWhileNobodyReads() {
        final byte[] line = bytes("x".repeat(1_023) + "\n");
        final int lines = 2 * BoundedOutput.ROOM / line.length;
        for (int i = 0; i < lines; i++) {
            output.offer(line);
        }
        output.drain(10);
        reader.countDown();
        output.drain(10_000);
        while (!text().contains("dropped")) {
            Thread.onSpinWait();
        }

        final int kept = BoundedOutput.ROOM / line.length;
        assertTrue(text().endsWith("dropped " + (lines - kept) + "\n"));
    }

    @Test
    void shouldCutALineThatIsTooLong() {
        reader.countDown();
        output.offer(new byte[2 * BoundedOutput.LONGEST]);
        output.drain(10_000);

        assertEquals(BoundedOutput.LONGEST, read.size());
        assertTrue(text().endsWith("\n"));
    }
}
