// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU numbers that this machine has online.
 *
 * @param list as the kernel writes it: {@code 0-3,8}
 */
record OnlineLcores(String list) {
    private static final Path KERNEL_LIST = Path.of("/sys/devices/system/cpu/online");

    /** What the kernel says; where it says nothing, as many CPUs as the JVM sees, from 0. */
    static OnlineLcores ofMachine() {
        try {
            return new OnlineLcores(Files.readString(KERNEL_LIST).strip());
        } catch (IOException e) {
            return new OnlineLcores("0-" + (Runtime.getRuntime().availableProcessors() - 1));
        }
    }

    boolean contains(int lcore) {
        for (String range : list.split(",", -1)) {
            final int dash = range.indexOf('-');
            final int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            final int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
            if (first <= lcore && lcore <= last) {
                return true;
            }
        }
        return false;
    }
}
