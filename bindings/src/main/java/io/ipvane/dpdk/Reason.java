// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import io.ipvane.ffi.Dpdk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Why a call failed: the errno and what DPDK logged on the way, as the tail of a sentence. The
 * buffer goes to a shim function as {@code (why, why_size)}; one thread, one call.
 */
final class Reason implements AutoCloseable {
    static final int SIZE = 4096;
    private static final int LINES = 3;
    private static final String EPILOGUE = "Failed to attach device on primary process";

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment text = arena.allocate(SIZE);

    /** Address of the buffer of {@link #SIZE} bytes. */
    long address() {
        return text.address();
    }

    /**
     * What DPDK said and, in brackets, the words for the errno, which DPDK chooses carelessly.
     *
     * @param result a result below zero: {@code -errno}
     */
    String after(int result) {
        final String said = condense(text.getString(0));
        final String error = strerror(-result);
        return said.isEmpty() ? error : said + " (" + error + ")";
    }

    /** The words for an errno, DPDK's own numbers included. */
    static String strerror(int errno) {
        return Dpdk.rte_strerror(errno).getString(0);
    }

    /**
     * The first lines of a log on one line: the cause comes first, what follows from it later.
     * Stops at the help that DPDK prints after a wrong argument.
     */
    static String condense(String log) {
        final List<String> lines = new ArrayList<>();
        for (String line : log.lines().map(String::strip).toList()) {
            final String bare = line.replaceFirst("^(\\w+\\(\\)|[A-Z_]+):\\s*", "");
            if (line.startsWith("Usage:")) {
                break;
            }
            if (!bare.isEmpty()
                    && !bare.equals(EPILOGUE)
                    && !lines.contains(bare)
                    && lines.size() < LINES) {
                lines.add(bare);
            }
        }
        return String.join("; ", lines);
    }

    @Override
    public void close() {
        arena.close();
    }
}
