// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * DPDK's own forwarder.
 *
 * @param mode {@code io}: does nothing to a frame; {@code mac}: writes both MACs
 */
record TestpmdSubject(String mode) implements Subject {
    @Override
    public String name() {
        return "testpmd:" + mode;
    }

    @Override
    public List<String> command(String socket, boolean hugepages, Path pauses) {
        final List<String> words =
                new ArrayList<>(
                        List.of(
                                // Else its words stay in its buffer while output is a file.
                                "stdbuf",
                                "-oL",
                                "dpdk-testpmd",
                                "--lcores=0@0,1@" + Links.SWITCH_CPU,
                                "--no-pci",
                                "--no-telemetry",
                                "--iova-mode=va"));
        words.addAll(
                hugepages
                        ? List.of("--in-memory")
                        : List.of("--no-huge", "--no-shconf", "-m", "256"));
        words.add("--vdev=" + Links.device(socket, 0, "server"));
        words.add("--vdev=" + Links.device(socket, 1, "server"));
        words.addAll(
                List.of(
                        "--",
                        "--forward-mode=" + mode,
                        "--nb-cores=1",
                        "--burst=64",
                        "--rxd=1024",
                        "--txd=1024",
                        "--total-num-mbufs=32768",
                        "--disable-link-check"));
        return words;
    }

    /** Its main thread then waits for the end of its input and burns nothing. */
    @Override
    public String ready() {
        return "Press enter to exit";
    }

    @Override
    public String thread() {
        return "worker-1";
    }

    @Override
    public int warmUpSeconds() {
        return 2;
    }

    /** Its other threads never run. */
    @Override
    public boolean apart() {
        return false;
    }
}
