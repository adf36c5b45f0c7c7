// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Writes a file that somebody else may be reading, and that must not be lost: another one takes its
 * place, of the same owner, group and rights. Where that cannot be done (the file is a mount of its
 * own, as in a container; its owner cannot be given; nothing may be made beside it), it is written
 * in place, and what was there is put back if that fails.
 */
final class SavedFile {
    /** In this order: giving a file away clears bits of its rights. */
    private static final List<String> KEPT = List.of("unix:uid", "unix:gid", "unix:mode");

    private SavedFile() {}

    /** Writes through links: what they lead to is replaced. */
    static void write(Path file, String text) throws IOException {
        final ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        if (!Files.exists(file)) {
            create(file.toAbsolutePath(), bytes);
            return;
        }
        final Path target = file.toRealPath();
        if (!Files.isRegularFile(target)) {
            throw new FileSystemException(
                    file.toString(), null, "it is no file; --dry-run prints to the terminal");
        }
        if (!Files.isWritable(target)) {
            throw new FileSystemException(file.toString(), null, "it may not be written");
        }
        if (!replace(target, bytes.duplicate())) {
            overwrite(target, bytes);
        }
    }

    private static void create(Path target, ByteBuffer bytes) throws IOException {
        final Path fresh = beside(target);
        try {
            fill(fresh, bytes);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r-----"));
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static Path beside(Path target) throws IOException {
        return Files.createTempFile(target.getParent(), target.getFileName() + ".", "");
    }

    private static void fill(Path fresh, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            put(channel, bytes);
        }
    }

    private static void put(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.truncate(channel.position());
        channel.force(true);
    }

    /** Returns whether another file could take the place. */
    private static boolean replace(Path target, ByteBuffer bytes) throws IOException {
        Path fresh = null;
        try {
            fresh = beside(target);
            fill(fresh, bytes);
            for (String attribute : KEPT) {
                Files.setAttribute(fresh, attribute, Files.getAttribute(target, attribute));
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (FileSystemException e) {
            return false;
        } finally {
            if (fresh != null) {
                Files.deleteIfExists(fresh);
            }
        }
    }

    private static void overwrite(Path target, ByteBuffer bytes) throws IOException {
        final ByteBuffer before = ByteBuffer.wrap(Files.readAllBytes(target));
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            try {
                put(channel, bytes);
            } catch (IOException e) {
                channel.position(0);
                put(channel, before);
                throw e;
            }
        }
    }
}
