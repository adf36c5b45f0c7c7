// SPDX-License-Identifier: Apache-2.0
package io.ipvane.socket;

import io.ipvane.linux.Errno;
import io.ipvane.linux.LinuxException;
import io.ipvane.linux.SocketPin;
import io.ipvane.linux.SocketRights;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file behind a unix socket: cleared before it is bound, opened to those who may use it after,
 * and removed in the end, if it is still ours. Control plane; one thread at a time.
 */
public final class SocketFile {
    private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);

    private static final FileAttribute<?> FOLDER_RIGHTS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

    private static final int WRITE_BY_OTHERS = 0002;
    private static final int STICKY = 01000;

    private final Path path;
    private final String owner;
    private final String remedy;

    /** The socket that was opened last. */
    private SocketPin pin;

    private boolean isAside;

    /**
     * @param owner what sentences begin with
     * @param remedy what they advise where this path cannot be had
     */
    public SocketFile(Path path, String owner, String remedy) {
        this.path = path;
        this.owner = owner;
        this.remedy = remedy;
        this.pin = SocketPin.ofNothing(path);
    }

    /**
     * Makes room: creates the folder (one, not a path to it that nobody meant), removes what a dead
     * process left.
     *
     * @throws SocketFileException where a live one listens, something else is in the way, or the
     *     rights are missing
     */
    public void clear() {
        try {
            makeFolder(path.getParent());
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            if (!isSocket(path)) {
                throw new SocketFileException(
                        owner + ": " + path + " exists and is no socket; remove it or " + remedy);
            }
            // Looked at first: one that comes into its place after that stays.
            final Optional<SocketPin> found = found();
            if (isAnswered()) {
                found.ifPresent(SocketPin::close);
                throw new SocketFileException(
                        owner
                                + ": another process listens on unix:"
                                + path
                                + "; stop it or "
                                + remedy);
            }
            if (found.isEmpty()) {
                Files.delete(path);
            } else {
                try (SocketPin dead = found.get()) {
                    dead.remove();
                }
            }
        } catch (IOException e) {
            throw refusal(e);
        } catch (LinuxException e) {
            throw refusal(new IOException(e.getMessage(), e));
        }
    }

    /** Empty where somebody else has made it. */
    private Optional<SocketPin> found() {
        try {
            return Optional.of(SocketPin.of(path));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    /**
     * Checks that there is a folder for the socket.
     *
     * @param canMake one folder may be missing, which {@link #clear} makes
     * @throws SocketFileException where it is missing
     */
    public void requireFolder(boolean canMake) {
        final Path folder = path.getParent();
        final Path needed = canMake && folder != null ? folder.getParent() : folder;
        if (needed != null && !Files.isDirectory(folder) && !Files.isDirectory(needed)) {
            throw new SocketFileException(
                    owner + ": " + needed + " is no folder; make it or " + remedy);
        }
    }

    /** One that others may write to is theirs to fill with links, unless it is sticky like /tmp. */
    private void makeFolder(Path folder) throws IOException {
        if (folder == null) {
            return;
        }
        if (!Files.exists(folder)) {
            Files.createDirectory(folder, FOLDER_RIGHTS);
        }
        final int mode = (int) Files.getAttribute(folder, "unix:mode");
        if ((mode & WRITE_BY_OTHERS) != 0 && (mode & STICKY) == 0) {
            throw new SocketFileException(
                    owner
                            + ": anybody may write to "
                            + folder
                            + ", and take the place of unix:"
                            + path
                            + "; chmod o-w "
                            + folder
                            + ", or "
                            + remedy);
        }
    }

    /**
     * Sets who may connect, and notes which file is ours. Until then the mode is what the umask
     * left of 0777: never more for others than to look at it under the usual 022, since to connect
     * takes the right to write (unix(7)).
     *
     * @param mode bits of the rights, such as 0660
     * @param group name of the group to own it, where not that of the process
     * @throws SocketFileException where that is refused, there is no such group, or what is at the
     *     path is not the socket that was made
     */
    public void open(int mode, Optional<String> group) {
        try {
            pin.close();
            pin = SocketPin.ofNothing(path);
            pin = SocketPin.of(path);
            SocketRights.set(path, mode, group);
        } catch (LinuxException e) {
            throw switch (e.errno()) {
                case Errno.ESRCH ->
                        new SocketFileException(
                                owner
                                        + ": there is no group '"
                                        + group.orElse("")
                                        + "'; see: getent group",
                                e);
                case Errno.ENOTSOCK ->
                        new SocketFileException(
                                owner
                                        + ": somebody has put something else in the place of unix:"
                                        + path
                                        + "; let nobody else write to its folder, or "
                                        + remedy,
                                e);
                default ->
                        new SocketFileException(
                                owner
                                        + ": "
                                        + e.getMessage()
                                        + "; make its folder writable or "
                                        + remedy,
                                e);
            };
        }
    }

    /** Removes the file of our socket; what somebody else has put in its place stays. */
    public void remove() {
        try {
            pin.remove();
        } catch (LinuxException e) {
            LOG.warn("event=socket_left path={} reason=\"{}\"", path, e.getMessage());
        }
        pin.close();
    }

    /**
     * Before a library closes our socket and removes, by its name, whatever file is there: removes
     * ours, and sets aside what somebody else has put in its place, for {@link #giveBack}.
     */
    public void makeWay() {
        try {
            isAside |= pin.makeWay();
        } catch (LinuxException e) {
            LOG.warn("event=socket_left path={} reason=\"{}\"", path, e.getMessage());
        }
    }

    /** Whether somebody else has put something in the place of our socket, which is set aside. */
    public boolean isTaken() {
        return isAside;
    }

    /** Puts back what was set aside, in the place of a socket of ours that is there. */
    public void giveBack() {
        try {
            if (isAside) {
                pin.remove();
                pin.giveBack();
            }
        } catch (LinuxException e) {
            LOG.warn("event=socket_displaced path={} reason=\"{}\"", path, e.getMessage());
        }
        isAside = false;
        pin.close();
    }

    /** A link to one is none. */
    private static boolean isSocket(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther();
    }

    /**
     * Checks that somebody else's socket can be reached once it is there.
     *
     * @throws SocketFileException where its folder is missing, or the rights are
     */
    public void reachable() {
        final Path folder = path.getParent();
        if (!Files.isDirectory(folder)) {
            throw new SocketFileException(
                    owner + ": " + folder + " is no folder; make it or " + remedy);
        }
        if (!Files.isExecutable(folder) || (Files.exists(path) && !Files.isWritable(path))) {
            throw new SocketFileException(
                    owner
                            + ": unix:"
                            + path
                            + " may not be connected to; change its rights and those of its folder,"
                            + " or "
                            + remedy);
        }
    }

    private SocketFileException refusal(IOException cause) {
        return new SocketFileException(
                owner
                        + ": cannot make unix:"
                        + path
                        + " ("
                        + reason(cause)
                        + "); make its folder writable or "
                        + remedy,
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
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            // Somebody whose socket is of another type, or whose queue is full.
            return true;
        }
    }
}
