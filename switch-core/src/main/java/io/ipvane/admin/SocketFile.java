// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** The file behind a unix socket: cleared before, opened to the group after it is bound. */
final class SocketFile {
    private static final String OWNER_AND_GROUP = "rw-rw----";

    private final Path path;

    SocketFile(Path path) {
        this.path = path;
    }

    /**
     * Makes room: creates the folder (one, not a path to it that nobody meant), removes what a dead
     * daemon left.
     *
     * @throws AdminException where a live one listens, something else is in the way, or the rights
     *     are missing
     */
    void clear() {
        try {
            makeFolder(path.getParent());
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            final BasicFileAttributes attributes =
                    Files.readAttributes(
                            path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isOther()) {
                throw new AdminException(
                        "admin: "
                                + path
                                + " exists and is no socket; remove it or choose another"
                                + " admin.listen");
            }
            if (isAnswered()) {
                throw new AdminException(
                        "admin: another daemon listens on unix:"
                                + path
                                + "; stop it or choose another admin.listen");
            }
            Files.delete(path);
        } catch (IOException e) {
            throw refusal(e);
        }
    }

    private static void makeFolder(Path folder) throws IOException {
        if (folder != null && !Files.exists(folder)) {
            Files.createDirectory(folder);
        }
    }

    /**
     * Mode 0660. Until then the mode is what the umask left of 0777: never more for others than to
     * look at it under the usual 022, since to connect takes the right to write (unix(7)).
     */
    void openToGroup() {
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(OWNER_AND_GROUP));
        } catch (IOException e) {
            throw refusal(e);
        }
    }

    private AdminException refusal(IOException cause) {
        return new AdminException(
                "admin: cannot make unix:"
                        + path
                        + " ("
                        + reason(cause)
                        + "); make its folder writable or choose another admin.listen",
                cause);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> denied.getFile() + " may not be written";
            case NoSuchFileException missing -> missing.getFile() + " is in no folder that exists";
            case FileSystemException other ->
                    other.getFile()
                            + ": "
                            + (other.getReason() == null ? "not a folder" : other.getReason());
            default -> e.getMessage();
        };
    }

    private boolean isAnswered() {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
