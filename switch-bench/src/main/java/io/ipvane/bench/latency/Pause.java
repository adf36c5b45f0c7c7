// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A time in which the JVM had stopped all Java threads, or was about to.
 *
 * @param operation what for, in HotSpot's words
 * @param start System.nanoTime() when it asked for it
 * @param length until threads went on, nanoseconds
 */
public record Pause(String operation, long start, long length) {
    /** The log that {@link #read} understands, as an argument for a JVM. */
    static String argument(Path log) {
        return "-Xlog:gc,safepoint:file=" + log + ":timenanos,tags:filecount=0";
    }

    private static final Pattern LINE =
            Pattern.compile(
                    "\\[(\\d+)ns]\\[safepoint *] Safepoint \"(\\w+)\".* Total: +(\\d+) ns.*");

    /** All pauses of a log, in order. Every collector's pauses are safepoints. */
    static List<Pause> read(Path log) throws IOException {
        final List<Pause> pauses = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            final Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                final long length = Long.parseLong(matcher.group(3));
                final long end = Long.parseLong(matcher.group(1));
                pauses.add(new Pause(matcher.group(2), end - length, length));
            }
        }
        return pauses;
    }

    /** Whether it overlaps a stretch of time. */
    boolean meets(long from, long to) {
        return start < to && from < start + length;
    }
}
