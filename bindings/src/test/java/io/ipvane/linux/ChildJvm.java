// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.agrona.UnsafeApi;

/** A Java process of its own: for what must die, or must not be root. */
final class ChildJvm {
    private ChildJvm() {}

    /**
     * Runs a main class with the classes of this module and returns all that it printed.
     *
     * @param prefix words before {@code java}
     */
    static String run(List<String> prefix, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
        command.add("-XX:TieredStopAtLevel=1");
        command.add(
                "-D" + NativeLibrary.PROPERTY + "=" + System.getProperty(NativeLibrary.PROPERTY));
        command.add("-cp");
        final Path library = readableCopy(classes(UnsafeApi.class));
        command.add(classes(main) + ":" + classes(NativeLibrary.class) + ":" + library);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        final byte[] text = process.getInputStream().readAllBytes();
        process.waitFor();
        Files.delete(library);
        return new String(text, StandardCharsets.UTF_8).strip();
    }

    /** Libraries lie in the home of whoever builds, which the child may not be allowed to read. */
    private static Path readableCopy(String library) throws IOException {
        final Path copy = Files.createTempFile("ipvane-", ".jar");
        Files.write(copy, Files.readAllBytes(Path.of(library)));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
        return copy;
    }

    private static String classes(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().getPath();
    }
}
