// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.bench.harness.Traffic;
import io.ipvane.memory.Memory;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Frames of UDP in a pcap file, the same for every system: from one address to many, in random
 * order, none twice while there are enough. Format: libpcap, link type Ethernet, big endian.
 */
final class FrameFile {
    /** The one MAC of the switch, which its ports have too. */
    static final long MAC = 0x0200_0000_0001L;

    private static final int SEED = 42;
    private static final int MAGIC = 0xA1B2_C3D4;
    private static final int VERSION = 0x0002_0004;
    private static final int SNAP_LENGTH = 65_535;
    private static final int ETHERNET = 1;

    private FrameFile() {}

    static IpAddress source() {
        return IpAddress.ipv4(0xC000_0201);
    }

    /** From 10.0.0.1 on. */
    static IpAddress destination(int i) {
        return IpAddress.ipv4(0x0A00_0001 + i);
    }

    static IpPrefix prefix(IpAddress address) {
        return new IpPrefix(address, address.bits());
    }

    /** Writes such a file of the shortest frames. */
    static void write(Path file, int addresses, int frames) throws IOException {
        write(file, addresses, frames, List.of(Traffic.LENGTH));
    }

    /**
     * Writes such a file.
     *
     * @param lengths of the frames, in turns
     */
    static void write(Path file, int addresses, int frames, List<Integer> lengths)
            throws IOException {
        final int[] order = shuffled(addresses);
        try (Arena arena = Arena.ofConfined();
                DataOutputStream out =
                        new DataOutputStream(
                                new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (int word : new int[] {MAGIC, VERSION, 0, 0, SNAP_LENGTH, ETHERNET}) {
                out.writeInt(word);
            }
            final long at = arena.allocate(SNAP_LENGTH, 64).address();
            for (int i = 0; i < frames; i++) {
                final IpAddress to = destination(order[i % addresses]);
                final int length = lengths.get(i % lengths.size());
                Traffic.write(at, MAC, MAC, source(), to, i, length);
                for (int word : new int[] {0, 0, length, length}) {
                    out.writeInt(word);
                }
                out.write(Memory.bytes(at, length));
            }
        }
    }

    private static int[] shuffled(int count) {
        final SplittableRandom random = new SplittableRandom(SEED);
        final int[] all = new int[count];
        for (int i = 0; i < count; i++) {
            final int k = random.nextInt(i + 1);
            all[i] = all[k];
            all[k] = i;
        }
        return all;
    }
}
