// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Who used the CPUs of this machine, in milliseconds, exact to some tens (proc_stat,
 * proc_pid_stat).
 *
 * @param foreign neither generator nor switch: other programs, and the kernel for them
 * @param stolen the host gave it to others
 */
public record MachineTime(long foreign, long stolen) {
    private static final int TICK_MILLIS = 10;

    /** Share of one CPU that others may use; a compiler beside a run would be measured with it. */
    private static final double QUIET = 0.05;

    private static final int LOOK_MILLIS = 500;

    /** Until now, seen from the processes of a measurement. */
    static MachineTime read(long... own) throws IOException {
        final String[] words = words(Path.of("/proc/stat"), 0);
        long ours = 0;
        for (long pid : own) {
            ours += own(pid);
        }
        // cpu user nice system idle iowait irq softirq steal
        final long busy =
                number(words[2])
                        + number(words[3])
                        + number(words[4])
                        + number(words[7])
                        + number(words[8]);
        return new MachineTime((busy - ours) * TICK_MILLIS, number(words[9]) * TICK_MILLIS);
    }

    private static long own(long pid) throws IOException {
        final Path file = Path.of("/proc/" + pid + "/stat");
        // The name, second and in brackets, may have blanks in it.
        final String[] words = words(file, Files.readString(file).lastIndexOf(')'));
        return number(words[12]) + number(words[13]);
    }

    private static String[] words(Path file, int from) throws IOException {
        return Files.readString(file).substring(from).split(" ", -1);
    }

    private static long number(String word) {
        return Long.parseLong(word);
    }

    /** From an earlier reading to this one. */
    MachineTime since(MachineTime before) {
        return new MachineTime(foreign - before.foreign, stolen - before.stolen);
    }

    /** Whether that was little in so much time. */
    boolean quietFor(long nanos) {
        return foreign * 1e6 <= QUIET * nanos;
    }

    /** Waits until the machine has nothing to do; false where that does not happen in time. */
    static boolean awaitQuiet(int seconds) throws IOException, InterruptedException {
        final long end = System.nanoTime() + seconds * 1_000_000_000L;
        final long self = ProcessHandle.current().pid();
        while (System.nanoTime() < end) {
            final MachineTime before = read(self);
            Thread.sleep(LOOK_MILLIS);
            if (read(self).since(before).quietFor(LOOK_MILLIS * 1_000_000L)) {
                return true;
            }
        }
        return false;
    }
}
