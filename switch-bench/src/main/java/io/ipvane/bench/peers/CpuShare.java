// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Who was busy between two moments: the busiest thread of a process, and the whole machine. */
final class CpuShare {
    private static final double BUSY = 0.95;

    private final long pid;
    private final long begin = System.nanoTime();
    private final Map<Path, Long> threads;
    private final double[] machine;

    /**
     * From now on.
     *
     * @param pid 0: of the machine only
     */
    CpuShare(long pid) throws IOException {
        this.pid = pid;
        threads = threads();
        machine = machine();
    }

    /** What kept the whole from going faster, from the beginning until now. */
    String bottleneck() throws IOException {
        final double elapsed = System.nanoTime() - begin;
        long busiest = 0;
        for (Map.Entry<Path, Long> each : threads().entrySet()) {
            final long before = threads.getOrDefault(each.getKey(), each.getValue());
            busiest = Math.max(busiest, each.getValue() - before);
        }
        if (busiest / elapsed > BUSY) {
            return "switch";
        }
        final double[] now = machine();
        final double busy = (now[0] - machine[0]) / (now[1] - machine[1]);
        return busy > BUSY ? "all CPUs" : "waiting hosts";
    }

    private Map<Path, Long> threads() throws IOException {
        final Map<Path, Long> ran = new HashMap<>();
        if (pid == 0) {
            return ran;
        }
        try (DirectoryStream<Path> tasks =
                Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                read(task, ran);
            }
        }
        return ran;
    }

    private static void read(Path task, Map<Path, Long> ran) throws IOException {
        try {
            ran.put(task, ThreadClock.Reading.of(task).ran());
        } catch (NoSuchFileException e) {
            // It ended between the listing and the reading.
            ran.remove(task);
        }
    }

    /** Ticks of all CPUs: busy, and all. Columns of /proc/stat: proc(5). */
    private static double[] machine() throws IOException {
        final String line =
                Files.readString(Path.of("/proc/stat")).lines().findFirst().orElseThrow();
        final String[] words = line.split(" +", -1);
        double all = 0;
        for (int i = 1; i <= 8; i++) {
            all += Double.parseDouble(words[i]);
        }
        return new double[] {
            all - Double.parseDouble(words[4]) - Double.parseDouble(words[5]), all
        };
    }
}
