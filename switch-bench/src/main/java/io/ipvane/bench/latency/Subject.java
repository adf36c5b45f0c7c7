// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.nio.file.Path;
import java.util.List;

/** A system under test: how to start it. */
sealed interface Subject permits TestpmdSubject, IpvaneSubject {
    /** As it was asked for on the command line; the system's name in results. */
    String name();

    /**
     * The command that starts it.
     *
     * @param socket of the links
     * @param pauses where a JVM logs its pauses
     */
    List<String> command(String socket, boolean hugepages, Path pauses);

    /** What it prints once it forwards. */
    String ready();

    /** How the name of the thread that forwards ends. */
    String thread();

    /** Seconds under load before it is measured. */
    int warmUpSeconds();

    /** Whether its other threads are kept off the CPU of the one that forwards. */
    boolean apart();

    /**
     * From its name: {@code testpmd:MODE} or {@code
     * ipvane:COLLECTOR[:PLAN][:LOAD][:apart][@FLAG]...}.
     */
    static Subject parse(String name) {
        return name.startsWith("testpmd:")
                ? new TestpmdSubject(name.substring(name.indexOf(':') + 1))
                : IpvaneSubject.parse(name);
    }
}
