// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.dpdk.LcoreThread;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;

/**
 * What all scenarios of a run share.
 *
 * @param starts how often each system is started
 * @param interval how long it is measured then
 * @param hugepages whether frames of ipvane, testpmd and OVS lie in hugepages: all or none
 * @param directory for what systems need on disk; goes away with the run
 */
public record Settings(int starts, Duration interval, boolean hugepages, Path directory) {
    /** The CPU that forwards: the last of this process, so that the first keeps everything else. */
    public static int forwardingCpu() {
        return LcoreThread.allowedCpus().length() - 1;
    }

    /** The CPU of everything that does not forward. */
    public static int controlCpu() {
        return LcoreThread.allowedCpus().nextSetBit(0);
    }

    /** CPUs that this process may use. */
    public static BitSet cpus() {
        return LcoreThread.allowedCpus();
    }

    /** One start of a system, which may take minutes. */
    @FunctionalInterface
    public interface Start<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Runs a start, and where it fails once more: one in a hundred must not end a run. */
    public <T> T start(Start<T> start) throws IOException, InterruptedException {
        try {
            return start.run();
        } catch (IOException e) {
            say("once more, because %s", e.getMessage());
            return start.run();
        }
    }

    /** One line of progress. */
    public void say(String format, Object... arguments) {
        System.out.printf("    " + format + "%n", arguments);
    }
}
