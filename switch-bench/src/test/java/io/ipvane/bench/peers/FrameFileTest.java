// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameFileTest {
    private static final int FRAME = 16 + 60;

    @Test
    void shouldSendAsManyFramesToEveryAddress(@TempDir Path directory) throws IOException {
        final Path file = directory.resolve("frames.pcap");
        FrameFile.write(file, 100, 300);
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        assertEquals(24 + 300 * FRAME, bytes.capacity());
        assertEquals(0xA1B2C3D4, bytes.getInt(0));
        assertEquals(1, bytes.getInt(20));
        final Map<Integer, Integer> counts = new TreeMap<>();
        for (int at = 24; at < bytes.capacity(); at += FRAME) {
            assertEquals(60, bytes.getInt(at + 8));
            assertEquals(60, bytes.getInt(at + 12));
            counts.merge(bytes.getInt(at + 16 + 30), 1, Integer::sum);
        }
        assertEquals(100, counts.size());
        for (int i = 0; i < 100; i++) {
            assertEquals(3, counts.get(FrameFile.destination(i).ipv4()));
        }
    }

    @Test
    void shouldWriteFramesOfEachLengthWithHeadersThatSaySo(@TempDir Path directory)
            throws IOException {
        final Path file = directory.resolve("frames.pcap");
        final List<Integer> lengths = List.of(60, 1514, 590);
        FrameFile.write(file, 2, 7, lengths);
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        int at = 24;
        for (int i = 0; i < 7; i++) {
            final int length = lengths.get(i % 3);
            assertEquals(length, bytes.getInt(at + 8));
            assertEquals(length, bytes.getInt(at + 12));
            assertEquals(length - 14, bytes.getShort(at + 16 + 16));
            assertEquals(length - 14 - 20, bytes.getShort(at + 16 + 38));
            assertEquals(i, bytes.getInt(at + 16 + length - 4));
            at += 16 + length;
        }
        assertEquals(bytes.capacity(), at);
    }
}
