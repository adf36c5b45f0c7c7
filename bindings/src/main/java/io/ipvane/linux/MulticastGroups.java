// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * The link-layer multicast groups of all interfaces of one namespace: {@code /proc/net/dev_mcast}.
 * One thread.
 *
 * <p>The file shows the namespace that it was opened in, whoever reads it, and keeps that alive: it
 * is opened for each reading.
 */
final class MulticastGroups implements AutoCloseable {
    private static final String FILE = "/proc/thread-self/net/dev_mcast";
    private static final int CHUNK = 1 << 16;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(CHUNK);
    private final String tried;
    private final int fd;

    MulticastGroups(Netns netns) {
        tried = "read the multicast groups of " + netns + " in " + FILE;
        final int result = Shim.netnsOpenFile(netns.fd(), arena.allocateFrom(FILE).address(), 0);
        if (result < 0) {
            arena.close();
            throw LinuxException.cannot(-result, tried);
        }
        fd = result;
    }

    /** Those of a namespace; nothing is held there afterwards. */
    static Map<Integer, Set<Long>> of(Netns netns) {
        try (MulticastGroups groups = new MulticastGroups(netns)) {
            return groups.read();
        }
    }

    /** Groups by interface index, as MAC addresses. */
    Map<Integer, Set<Long>> read() {
        final StringBuilder text = new StringBuilder();
        int length;
        while ((length = (int) Shim.readAt(fd, buffer.address(), CHUNK, text.length())) > 0) {
            final byte[] chunk = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            text.append(new String(chunk, StandardCharsets.US_ASCII));
        }
        LinuxException.check(length, tried);
        return parse(text);
    }

    /** Reads lines of index, name, two counters and the address in hexadecimal. */
    static Map<Integer, Set<Long>> parse(CharSequence text) {
        final Map<Integer, Set<Long>> groups = new HashMap<>();
        text.toString()
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length == 5 && words[4].length() == 2 * Mac.BYTES)
                .forEach(
                        words ->
                                groups.computeIfAbsent(
                                                Integer.valueOf(words[0]), index -> new HashSet<>())
                                        .add(HexFormat.fromHexDigitsToLong(words[4])));
        return groups;
    }

    @Override
    public void close() {
        Shim.close(fd);
        arena.close();
    }
}
