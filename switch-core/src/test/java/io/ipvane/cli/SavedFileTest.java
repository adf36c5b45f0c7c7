// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipvane.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file is whole, somebody else's where it was, and nothing lies beside it. */
class SavedFileTest {
    @TempDir private Path folder;

    private void assertIs(Path file, String text) throws IOException {
        assertEquals(text, Files.readString(file));
        try (var all = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    all.filter(f -> f.getFileName().toString().matches(".*\\.[0-9]+")).toList());
        }
    }

    @Test
    void shouldMakeAFileThatNobodyElseReads() throws IOException {
        final Path file = folder.resolve("new.yaml");
        SavedFile.write(file, "a: 1\n");
        assertIs(file, "a: 1\n");
        assertEquals(0640, (int) Files.getAttribute(file, "unix:mode") & 07777);
    }

    @Test
    void shouldKeepTheRightsAndReplaceWhatALinkLeadsTo() throws IOException {
        final Path file = Files.writeString(folder.resolve("real.yaml"), "long before\n");
        Files.setAttribute(file, "unix:mode", 0604);
        final Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), file);
        SavedFile.write(link, "b\n");
        assertIs(file, "b\n");
        assertEquals(true, Files.isSymbolicLink(link));
        assertEquals(0604, (int) Files.getAttribute(file, "unix:mode") & 07777);
    }

    @Test
    void shouldRefuseWhatIsNoFile() {
        final Path nul = Path.of("/dev/null");
        final IOException refusal =
                assertThrows(IOException.class, () -> SavedFile.write(nul, "c"));
        assertEquals(
                "/dev/null: it is no file; --dry-run prints to the terminal", refusal.getMessage());
    }

    @Test
    @Tag("netns")
    void shouldKeepOwnerAndGroup() throws IOException {
        final Path file = Files.writeString(folder.resolve("theirs.yaml"), "before\n");
        assumeTrue(Files.getAttribute(file, "unix:uid").equals(0), "only root gives files away");
        Files.setAttribute(file, "unix:uid", 1234);
        Files.setAttribute(file, "unix:gid", 2345);
        Files.setAttribute(file, "unix:mode", 0660);
        SavedFile.write(file, "after\n");
        assertIs(file, "after\n");
        assertEquals(
                Map.of("uid", 1234, "gid", 2345, "mode", 0100660),
                Files.readAttributes(file, "unix:uid,gid,mode"));
    }

    /**
     * As a container has its configuration: the file itself is a mount, and no rename replaces it.
     */
    @Test
    @Tag("netns")
    void shouldWriteAFileThatIsAMountInPlace() throws IOException {
        final Path there = Files.writeString(folder.resolve("host.yaml"), "a longer text\n");
        final Path file = Files.createFile(folder.resolve("mounted.yaml"));
        assumeTrue(
                Command.run("mount", "--bind", there.toString(), file.toString()).ok(),
                "mounts need root");
        try {
            SavedFile.write(file, "short\n");
            assertIs(file, "short\n");
            assertIs(there, "short\n");
        } finally {
            Command.run("umount", file.toString()).orFail();
        }
    }
}
