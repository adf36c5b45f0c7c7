// SPDX-License-Identifier: Apache-2.0
package io.ipvane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Command;
import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The class-data archives of the image: that the JVM takes classes from them, and that a start
 * without them differs in nothing but time.
 */
final class ArchiveTest {
    private static final Path BUILT = Path.of("target/ipvane");
    private static final String DAEMON = "run --config /nowhere";
    private static final String CLIENT = "port show --help";

    @TempDir private Path folder;
    private Path image;

    /** Elsewhere than where the archives were made, as after an installation. */
    @BeforeEach
    void copyTheImage() throws IOException {
        Machine.needsBuilt(BUILT.resolve("bin/ipvane"));
        image = folder.resolve("an image");
        try (var files = Files.walk(BUILT)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                final Path to = image.resolve(BUILT.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private Result start(String words, String... jvmArguments) {
        final List<String> command =
                new ArrayList<>(
                        List.of(
                                "env",
                                "JAVA_HOME=" + System.getProperty("java.home"),
                                "IPVANE_JVM_ARGS=" + String.join(" ", jvmArguments),
                                image.resolve("bin/ipvane").toString()));
        command.addAll(List.of(words.split(" ")));
        return Command.run(command.toArray(String[]::new));
    }

    /** Whether the JVM takes a class from an archive. */
    private boolean archived(String words, String className) throws IOException {
        final Path log = Files.createTempFile("ipvane-", ".classes");
        try {
            start(words, "-Xlog:class+load:file=" + log);
            final List<String> loads =
                    Files.readAllLines(log).stream()
                            .filter(line -> line.contains(" " + className + " source: "))
                            .toList();
            assertEquals(1, loads.size(), "loads of " + className);
            return loads.get(0).contains("source: shared objects file");
        } finally {
            Files.delete(log);
        }
    }

    @Test
    void shouldTakeClassesFromTheArchives() throws IOException {
        assertTrue(archived(DAEMON, "io.ipvane.config.SwitchConfig"));
        assertTrue(archived(CLIENT, "picocli.CommandLine"));
    }

    /** What may become of an archive. */
    private enum Harm {
        GONE,
        EMPTY,
        CUT,
        SPOILT,
        OF_THE_OTHER_KIND,
        OTHER_JARS,
        OF_ANOTHER_JDK
    }

    private Path archive(String kind) {
        return image.resolve("lib/" + kind + ".jsa");
    }

    private void harm(Harm harm) throws IOException {
        for (String kind : List.of("daemon", "client")) {
            final Path archive = archive(kind);
            switch (harm) {
                case GONE -> Files.delete(archive);
                case EMPTY -> Files.write(archive, new byte[0]);
                case CUT ->
                        Files.write(archive, Arrays.copyOf(Files.readAllBytes(archive), 8_000_000));
                case SPOILT -> Files.writeString(archive, "#".repeat(9_000));
                case OF_THE_OTHER_KIND -> {}
                case OTHER_JARS ->
                        Files.setLastModifiedTime(jar(), FileTime.fromMillis(1_000_000_000_000L));
                case OF_ANOTHER_JDK ->
                        Files.writeString(
                                image.resolve("lib/archive.jdk"), "\n", StandardOpenOption.APPEND);
            }
        }
        if (harm == Harm.OF_THE_OTHER_KIND) {
            final Path aside = folder.resolve("aside");
            Files.move(archive("daemon"), aside);
            Files.move(archive("client"), archive("daemon"));
            Files.move(aside, archive("client"));
        }
    }

    private Path jar() throws IOException {
        try (var files = Files.list(image.resolve("lib"))) {
            return files.filter(file -> file.toString().contains("switch-core"))
                    .findAny()
                    .orElseThrow();
        }
    }

    /** The daemon's refusal of its configuration is all that anybody needs no rights for. */
    @ParameterizedTest
    @EnumSource
    void shouldStartWithoutAWordWhereTheArchivesAreOfNoUse(Harm harm) throws IOException {
        harm(harm);
        final Result daemon = start(DAEMON);
        assertEquals(
                "/nowhere: there is no such file; name another with --config\n", daemon.output());
        assertEquals(1, daemon.exit());
        final Result client = start(CLIENT).orFail();
        assertTrue(
                client.output().startsWith("Ports: what is behind an uplink.\n"), client::toString);
        assertFalse(archived(DAEMON, "io.ipvane.config.SwitchConfig"));
    }
}
