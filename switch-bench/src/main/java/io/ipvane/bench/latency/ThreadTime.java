// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How the kernel treated a thread (proc_pid_schedstat).
 *
 * @param ran nanoseconds on a CPU
 * @param waited nanoseconds in which it could have run and another had its CPU
 * @param turns how often it was given a CPU
 */
public record ThreadTime(long ran, long waited, long turns) {
    /** Finds the thread of a process by the end of its name. */
    static Path find(long pid, String name) throws IOException {
        try (DirectoryStream<Path> tasks =
                Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                if (Files.readString(task.resolve("comm")).strip().endsWith(name)) {
                    return task;
                }
            }
        }
        throw new IllegalStateException("process " + pid + " has no thread called '" + name + "'");
    }

    /** Until now. */
    static ThreadTime read(Path task) throws IOException {
        final String[] words = Files.readString(task.resolve("schedstat")).strip().split(" ", -1);
        return new ThreadTime(
                Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
    }

    /** From an earlier reading to this one. */
    ThreadTime since(ThreadTime before) {
        return new ThreadTime(ran - before.ran, waited - before.waited, turns - before.turns);
    }
}
