// SPDX-License-Identifier: Apache-2.0
package io.ipvane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command;
import io.ipvane.testing.Command.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/ipvane and the search for a JDK, with JDKs that only print their arguments. */
final class LauncherTest {
    private static final Path SCRIPTS = Path.of("src/main/scripts");

    @TempDir private Path folder;
    private Path launcher;

    @BeforeEach
    void makeImage() throws IOException {
        launcher = copy("ipvane", "image/bin/ipvane");
        copy("find-jdk", "image/lib/find-jdk");
        Files.writeString(
                folder.resolve("image/lib/jvm.args"),
                "--common --sun-misc-unsafe-memory-access=allow");
        Files.writeString(folder.resolve("image/lib/daemon.args"), "--daemon\n");
        final Path keeper = folder.resolve("image/lib/ipvane-keep");
        Files.writeString(keeper, "#!/bin/sh\necho \"keeper $1\"\nshift\nexec \"$@\"\n");
        executable(keeper);
    }

    private Path copy(String script, String to) throws IOException {
        final Path file = folder.resolve(to);
        Files.createDirectories(file.getParent());
        Files.copy(SCRIPTS.resolve(script), file);
        return executable(file);
    }

    private static Path executable(Path file) {
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }

    private Path jdk(String version, String... tools) throws IOException {
        final Path home = folder.resolve("jdk-" + version);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(
                home.resolve("release"),
                "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\nOS_ARCH=\"x86_64\"\n");
        for (String tool : tools) {
            Files.writeString(home.resolve("bin/" + tool), "#!/bin/sh\necho \"$@\"\n");
            executable(home.resolve("bin/" + tool));
        }
        return home;
    }

    private static Result run(Path javaHome, String... words) {
        final String[] all = new String[words.length + 2];
        all[0] = "env";
        all[1] = "JAVA_HOME=" + javaHome;
        System.arraycopy(words, 0, all, 2, words.length);
        return Command.run(all);
    }

    private static String find(Path javaHome, String... options) {
        final String[] words = new String[options.length + 1];
        words[0] = SCRIPTS.resolve("find-jdk").toString();
        System.arraycopy(options, 0, words, 1, options.length);
        return run(javaHome, words).output().strip();
    }

    @Test
    void shouldTakeJavaHomeWhereItIsNewEnough() throws IOException {
        final Path home = jdk("22.0.1", "java", "javac");
        assertEquals(home.toString(), find(home));
        final Path early = jdk("26-ea", "java", "javac");
        assertEquals(early.toString(), find(early));
    }

    @Test
    void shouldNotTakeJavaHomeWhereItIsOld() throws IOException {
        final Path home = jdk("21.0.9", "java", "javac");
        assertNotEquals(home.toString(), find(home));
        final Path older = jdk("1.8.0_400", "java", "javac");
        assertNotEquals(older.toString(), find(older));
    }

    @Test
    void shouldTakeARuntimeWithoutCompilerOnlyToRun() throws IOException {
        final Path home = jdk("25", "java");
        assertNotEquals(home.toString(), find(home));
        assertEquals(home.toString(), find(home, "-r"));
    }

    @Test
    void shouldGiveTheDaemonItsOwnArgumentsAndTheClientNone() throws IOException {
        final Path home = jdk("25", "java");
        final String daemon = run(home, launcher.toString(), "run", "--config", "x").output();
        assertTrue(
                daemon.contains("--common --sun-misc-unsafe-memory-access=allow --daemon "),
                daemon);
        assertTrue(daemon.strip().endsWith("io.ipvane.daemon.Main run --config x"), daemon);
        final String client = run(home, launcher.toString(), "port", "show").output();
        assertFalse(client.contains("--daemon"), client);
        assertTrue(client.contains("-Dipvane.native=" + folder + "/image/lib/libipvane.so"));
    }

    @Test
    void shouldGiveTheDaemonAParentUnlessToldNotTo() throws IOException {
        final Path home = jdk("25", "java");
        final String errors = "IPVANE_ERRORS=" + folder.resolve("two words");
        final List<String> kept =
                run(home, errors, launcher.toString(), "run").output().lines().toList();
        assertEquals("keeper " + folder.resolve("two words"), kept.get(0));
        final String option = "-XX:ErrorFile=" + folder.resolve("two words") + "/hs_err_%p.log ";
        assertTrue(kept.get(1).startsWith(option), kept.get(1));
        final String alone = run(home, "IPVANE_KEEP=no", launcher.toString(), "run").output();
        assertTrue(alone.startsWith("--common "), alone);
        assertFalse(run(home, launcher.toString(), "stats").output().contains("keeper"));
    }

    @Test
    void shouldStartThroughALink() throws IOException {
        final Path link = Files.createSymbolicLink(folder.resolve("ipvane"), launcher);
        final String said = run(jdk("25", "java"), link.toString(), "stats").orFail().output();
        assertTrue(said.contains("-cp " + folder + "/image/lib/*"), said);
    }

    @Test
    void shouldUseTheArchivesWithTheirJdkOnly() throws IOException {
        final Path home = jdk("25.0.1", "java");
        Files.copy(home.resolve("release"), folder.resolve("image/lib/archive.jdk"));
        Files.writeString(folder.resolve("image/lib/archive.jars"), "a.jar\nb.jar\n");
        Files.writeString(folder.resolve("image/lib/archive.args"), "--quiet*\n");
        final String lib = folder + "/image/lib/";
        final String jars = " -cp " + lib + "a.jar:" + lib + "b.jar io.ipvane.daemon.Main ";
        final String daemon = run(home, launcher.toString(), "run").output();
        assertTrue(daemon.contains(" --quiet* "), daemon);
        assertTrue(daemon.contains(" -XX:SharedArchiveFile=" + lib + "daemon.jsa" + jars), daemon);
        final String client = run(home, launcher.toString(), "stats").output();
        assertTrue(client.contains(" -XX:SharedArchiveFile=" + lib + "client.jsa" + jars), client);
        final String other = run(jdk("25.0.2", "java"), launcher.toString(), "run").output();
        assertFalse(other.contains("--quiet") || other.contains("-XX:SharedArchiveFile"), other);
        assertTrue(other.contains(" -cp " + lib + "*"), other);
    }

    @Test
    void shouldNotAskJdk22ForAnOptionThatCameWith23() throws IOException {
        final String said = run(jdk("22.0.2", "java"), launcher.toString(), "stats").output();
        assertTrue(said.startsWith("--common -XX"), said);
    }
}
