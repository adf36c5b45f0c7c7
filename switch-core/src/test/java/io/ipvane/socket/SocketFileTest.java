// SPDX-License-Identifier: Apache-2.0
package io.ipvane.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the file at a socket's path, whoever else may write to its folder. */
class SocketFileTest {
    @TempDir private Path folder;

    private SocketFile at(Path path) {
        return new SocketFile(path, "port 'vm1'", "choose another socket");
    }

    private static ServerSocketChannel bind(Path path) throws IOException {
        final ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(path));
        return channel;
    }

    private static String rights(Path path) throws IOException {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void shouldSetTheRightsOfASocket() throws IOException {
        final Path path = folder.resolve("vm1.sock");
        try (ServerSocketChannel channel = bind(path)) {
            final String group = Files.getAttribute(path, "posix:group").toString();
            at(path).open(0620, Optional.of(group));
            assertTrue(channel.isOpen());
            assertEquals("rw--w----", rights(path));
        }
    }

    @Test
    void shouldNotFollowALinkInThePlaceOfTheSocket() throws IOException {
        final Path secret = Files.createFile(folder.resolve("secret"));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        final Path path = Files.createSymbolicLink(folder.resolve("vm1.sock"), secret);
        final SocketFileException refusal =
                assertThrows(
                        SocketFileException.class, () -> at(path).open(0666, Optional.of("root")));
        assertEquals(
                "port 'vm1': somebody has put something else in the place of unix:"
                        + path
                        + "; let nobody else write to its folder, or choose another socket",
                refusal.getMessage());
        assertEquals("rw-------", rights(secret));
    }

    @Test
    void shouldNotFollowALinkToASocketEither() throws IOException {
        final Path other = folder.resolve("other.sock");
        try (ServerSocketChannel channel = bind(other)) {
            assertTrue(channel.isOpen());
            at(other).open(0600, Optional.empty());
            final Path path = Files.createSymbolicLink(folder.resolve("vm1.sock"), other);
            assertThrows(SocketFileException.class, () -> at(path).open(0666, Optional.empty()));
            assertEquals("rw-------", rights(other));
            final Path second = Files.createLink(folder.resolve("vm2.sock"), other);
            assertThrows(SocketFileException.class, () -> at(second).open(0666, Optional.empty()));
            assertEquals("rw-------", rights(other));
        }
    }

    @Test
    void shouldSayWhichGroupThereIsNot() throws IOException {
        final Path path = folder.resolve("vm1.sock");
        try (ServerSocketChannel channel = bind(path)) {
            assertTrue(channel.isOpen());
            assertEquals(
                    "port 'vm1': there is no group 'no-such-group'; see: getent group",
                    assertThrows(
                                    SocketFileException.class,
                                    () -> at(path).open(0660, Optional.of("no-such-group")))
                            .getMessage());
        }
    }

    @Test
    void shouldClearWhatADeadProcessLeftAndNothingElse() throws IOException {
        final Path path = folder.resolve("vm1.sock");
        bind(path).close();
        at(path).clear();
        assertFalse(Files.exists(path));
        final Path dangling = folder.resolve("gone");
        Files.createSymbolicLink(path, dangling);
        assertThrows(SocketFileException.class, () -> at(path).clear());
        assertTrue(Files.isSymbolicLink(path));
    }

    @Test
    void shouldRemoveItsOwnSocketOnly() throws IOException {
        final Path path = folder.resolve("app1.sock");
        at(path).remove();
        final SocketFile file = at(path);
        try (ServerSocketChannel ours = bind(path)) {
            file.open(0600, Optional.empty());
            assertTrue(ours.isOpen());
        }
        file.remove();
        assertFalse(Files.exists(path));
        Files.createFile(path);
        file.remove();
        assertTrue(Files.exists(path));
    }

    /** The kernel likes to give the inode of a deleted file to the next one. */
    @Test
    void shouldLeaveASocketThatSomebodyElseHasPutInItsPlace() throws IOException {
        final Path path = folder.resolve("app1.sock");
        for (int i = 0; i < 50; i++) {
            final SocketFile file = at(path);
            try (ServerSocketChannel ours = bind(path)) {
                file.open(0600, Optional.empty());
                Files.delete(path);
                try (ServerSocketChannel others = bind(path)) {
                    file.remove();
                    assertTrue(isAnswered(path), "by " + others + " and not by " + ours);
                }
            }
            Files.delete(path);
        }
        assertEquals(List.of(), names(), "nothing is left");
    }

    @Test
    void shouldSetAsideWhatSomebodyElseHasPutInItsPlace() throws IOException {
        final Path path = folder.resolve("vm1.sock");
        final SocketFile file = at(path);
        try (ServerSocketChannel ours = bind(path)) {
            file.open(0600, Optional.empty());
            Files.delete(path);
            try (ServerSocketChannel others = bind(path)) {
                file.makeWay();
                assertTrue(file.isTaken());
                assertFalse(Files.exists(path), "for a library that removes what it finds");
                file.giveBack();
                assertTrue(isAnswered(path), "by " + others + " and not by " + ours);
            }
        }
        assertEquals(List.of("vm1.sock"), names());
    }

    @Test
    void shouldRemoveItsOwnSocketForALibrary() throws IOException {
        final Path path = folder.resolve("vm1.sock");
        final SocketFile file = at(path);
        bind(path).close();
        file.open(0600, Optional.empty());
        file.makeWay();
        assertFalse(file.isTaken());
        file.giveBack();
        assertEquals(List.of(), names());
    }

    /** Whoever checks a name and then removes it, removes another's file some day. */
    @Test
    void shouldNeverRemoveASocketThatComesIntoItsPlaceAtThatMoment() throws Exception {
        final Path path = folder.resolve("app1.sock");
        for (int i = 0; i < 300; i++) {
            final Path next = folder.resolve("next.sock");
            final SocketFile file = at(path);
            try (ServerSocketChannel ours = bind(path);
                    ServerSocketChannel others = bind(next)) {
                file.open(0600, Optional.empty());
                final CompletableFuture<Void> moved =
                        CompletableFuture.runAsync(() -> move(next, path));
                file.remove();
                moved.get();
                assertTrue(isAnswered(path), i + ": " + others + " is gone beside " + ours);
            }
            Files.delete(path);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isAnswered(Path path) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shouldUseNoFolderThatAnybodyMayFill() throws IOException {
        final Path loose = Files.createDirectory(folder.resolve("loose"));
        Files.setPosixFilePermissions(loose, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertEquals(
                "port 'vm1': anybody may write to "
                        + loose
                        + ", and take the place of unix:"
                        + loose.resolve("vm1.sock")
                        + "; chmod o-w "
                        + loose
                        + ", or choose another socket",
                assertThrows(SocketFileException.class, () -> at(loose.resolve("vm1.sock")).clear())
                        .getMessage());
        Files.setAttribute(loose, "unix:mode", 01777);
        at(loose.resolve("vm1.sock")).clear();
        final Path made = folder.resolve("made");
        at(made.resolve("vm1.sock")).clear();
        assertTrue(rights(made).endsWith("r-x"), rights(made));
    }
}
