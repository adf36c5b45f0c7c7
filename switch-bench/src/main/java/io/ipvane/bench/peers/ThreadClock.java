// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What the kernel knows of the time of one thread of another process: {@code schedstat} of proc(5),
 * exact to a tick of the scheduler (4 ms).
 */
final class ThreadClock {
    /** Nanoseconds on a CPU, and nanoseconds that the thread waited for one. */
    record Reading(long ran, long waited) {
        /** A thread that is there. */
        static Reading of(Path task) throws IOException {
            final String[] words = Files.readString(task.resolve("schedstat")).split(" ", 3);
            return new Reading(Long.parseLong(words[0]), Long.parseLong(words[1]));
        }

        /** The share of the time between two readings in which the thread waited. */
        static double waited(Reading before, Reading after) {
            final double waited = (double) after.waited - before.waited;
            return waited / (waited + after.ran - before.ran);
        }
    }

    private final Path task;

    private ThreadClock(Path task) {
        this.task = task;
    }

    /** Of the thread of a process whose name matches. */
    static ThreadClock named(long pid, String name) throws IOException {
        final Pattern pattern = Pattern.compile(name);
        try (DirectoryStream<Path> tasks =
                Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                if (pattern.matcher(Files.readString(task.resolve("comm")).strip()).matches()) {
                    return new ThreadClock(task);
                }
            }
        }
        throw new IOException("process " + pid + " has no thread called " + name);
    }

    Reading read() throws IOException {
        return Reading.of(task);
    }
}
