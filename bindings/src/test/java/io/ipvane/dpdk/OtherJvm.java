// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.memory.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class in a process of its own: DPDK starts once a process. */
final class OtherJvm {
    private OtherJvm() {}

    /**
     * All lines that the process wrote to either stream; fails unless it ended with 0.
     *
     * @param wrapper a command to run it under, or none
     */
    static List<String> run(List<String> wrapper, Class<?> main, String... args)
            throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
        command.add(
                "-D" + NativeLibrary.PROPERTY + "=" + System.getProperty(NativeLibrary.PROPERTY));
        command.add("-cp");
        command.add(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(args));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output.lines().toList();
    }
}
