// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The file that a {@link TakeoverRecord} lives in while an interface is taken over, and the lock
 * that keeps a second switch from taking the record of a living one for a leftover. The lock goes
 * with the process, the file stays.
 */
final class TakeoverFile implements AutoCloseable {
    private static final String PREFIX = "takeover-";
    private static final String LOCK = ".lock";
    private static final String NEW = ".new";

    private final Path file;
    private final Path lockFile;
    private final FileChannel lock;

    private TakeoverFile(Path file, Path lockFile, FileChannel lock) {
        this.file = file;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Claims the interface.
     *
     * @param directory made where it is missing
     * @param netnsInode of the interface's namespace: each has its own eth0
     * @throws LinuxException where another switch has it
     */
    static TakeoverFile open(Path directory, WatchedInterface key, long netnsInode) {
        final Path file = directory.resolve(PREFIX + netnsInode + "-" + key.name());
        final Path lockFile = Path.of(file + LOCK);
        try {
            Files.createDirectories(directory);
            final FileChannel channel =
                    FileChannel.open(
                            lockFile,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS);
            if (!isLocked(channel)) {
                channel.close();
                throw new LinuxException(
                        Errno.EBUSY,
                        "interface "
                                + key
                                + " is taken over by a switch that runs (it holds "
                                + lockFile
                                + "); stop that one first");
            }
            return new TakeoverFile(file, lockFile, channel);
        } catch (IOException e) {
            throw cannot("write the takeover record " + file, e);
        }
    }

    private static LinuxException cannot(String tried, IOException e) {
        return e instanceof AccessDeniedException
                ? LinuxException.cannot(Errno.EACCES, tried)
                : new LinuxException(0, "cannot " + tried + ": " + e);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            final FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /**
     * The records in a directory.
     *
     * @param failures gets a sentence for each record that cannot be understood
     */
    static List<TakeoverRecord> list(Path directory, List<String> failures) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        final List<TakeoverRecord> records = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.filter(TakeoverFile::isRecord).sorted().toList()) {
                try {
                    read(file).ifPresent(records::add);
                } catch (LinuxException e) {
                    failures.add(e.getMessage());
                }
            }
        } catch (IOException e) {
            throw cannot("list takeover records in " + directory, e);
        }
        return records;
    }

    private static boolean isRecord(Path file) {
        final String name = file.getFileName().toString();
        return name.startsWith(PREFIX) && !name.endsWith(LOCK) && !name.endsWith(NEW);
    }

    /** The record, where there is one. */
    Optional<TakeoverRecord> read() {
        return read(file);
    }

    private static Optional<TakeoverRecord> read(Path file) {
        try {
            return Optional.of(TakeoverRecord.parse(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw cannot("read the takeover record " + file, e);
        } catch (IllegalArgumentException e) {
            throw new LinuxException(
                    0,
                    "takeover record "
                            + file
                            + " cannot be understood: "
                            + e.getMessage()
                            + "; check the interface's addresses and delete the file");
        }
    }

    /** Writes the record; it is on disk, whole, when this returns. */
    void write(TakeoverRecord takeover) {
        final Path fresh = Path.of(file + NEW);
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            fresh,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS)) {
                final ByteBuffer text =
                        ByteBuffer.wrap(takeover.format().getBytes(StandardCharsets.UTF_8));
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel directory =
                    FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException e) {
            throw cannot("write the takeover record " + file, e);
        }
    }

    /** Deletes the record: nothing is left to restore. */
    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw cannot("delete the takeover record " + file, e);
        }
    }

    /** Gives the claim up; a record stays where it is. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(lockFile);
            lock.close();
        } catch (IOException e) {
            throw cannot("give up " + lockFile, e);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
