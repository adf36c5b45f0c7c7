// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A unix socket of type SOCK_SEQPACKET: whole messages, and a file descriptor with one where that
 * is wanted. Never waits: see {@link Wakeup#await}. One thread at a time. Source: unix(7).
 */
public final class SeqPacket implements AutoCloseable {
    /** In the place of a descriptor: none. */
    public static final int NONE = -1;

    private final String label;
    private final int fd;

    private SeqPacket(String label, int fd) {
        this.label = label;
        this.fd = fd;
    }

    /**
     * What has come.
     *
     * @param bytes of the message; empty: the peer is gone
     * @param descriptor that came with it and is the caller's to close, or {@link #NONE}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Received(byte[] bytes, int descriptor) {}

    /**
     * Listens at a path where nothing is.
     *
     * @throws LinuxException where it cannot be had
     */
    public static SeqPacket listen(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            return new SeqPacket(
                    path.toString(),
                    LinuxException.check(
                            Shim.seqpacketListen(NativeLibrary.cString(arena, path.toString())),
                            "listen at unix:" + path));
        }
    }

    /**
     * Connects to who listens at a path; empty where nobody does, or has no room for one more now.
     *
     * @throws LinuxException where that would not become better by waiting: no permission, a socket
     *     of another type, no descriptors left
     */
    public static Optional<SeqPacket> connect(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            final int result = Shim.seqpacketConnect(NativeLibrary.cString(arena, path.toString()));
            return switch (-result) {
                case Errno.ENOENT, Errno.ECONNREFUSED, Errno.EAGAIN -> Optional.empty();
                case Errno.EACCES ->
                        throw new LinuxException(
                                Errno.EACCES,
                                "cannot connect to unix:"
                                        + path
                                        + ": EACCES; the switch needs write permission for the"
                                        + " socket and search permission for the folders above it");
                default -> {
                    LinuxException.check(result, "connect to unix:" + path);
                    yield Optional.of(new SeqPacket(path.toString(), result));
                }
            };
        }
    }

    /**
     * The next connection of a socket that listens; empty where none waits.
     *
     * @throws LinuxException where it cannot be taken
     */
    public Optional<SeqPacket> accept() {
        final int result = Shim.seqpacketAccept(fd);
        if (result == -Errno.EAGAIN) {
            return Optional.empty();
        }
        LinuxException.check(result, "take a connection of unix:" + label);
        return Optional.of(new SeqPacket(label, result));
    }

    /** For poll(2). */
    int fd() {
        return fd;
    }

    /**
     * Sends a message.
     *
     * @param descriptor that goes with it, or {@link #NONE}; stays open here
     * @throws LinuxException where the peer is gone, or does not read what it is sent
     */
    public void send(byte[] message, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            final long bytes = arena.allocateFrom(JAVA_BYTE, message).address();
            LinuxException.check(
                    Shim.seqpacketSend(fd, bytes, message.length, descriptor),
                    "send to unix:" + label);
        }
    }

    /**
     * Takes the next message.
     *
     * @param most bytes that it may have
     * @return empty where none waits
     * @throws LinuxException where it is longer, or the socket is broken
     */
    public Optional<Received> receive(int most) {
        try (Arena arena = Arena.ofConfined()) {
            final long bytes = arena.allocate(most).address();
            final long passed = arena.allocate(4, 4).address();
            final int length = Shim.seqpacketReceive(fd, bytes, most, passed);
            if (length == -Errno.EAGAIN) {
                return Optional.empty();
            }
            LinuxException.check(length, "receive from unix:" + label);
            return Optional.of(new Received(Memory.bytes(bytes, length), Memory.i32(passed)));
        }
    }

    /** Closes a descriptor that came and is not wanted; nothing for {@link #NONE}. */
    public static void discard(int descriptor) {
        if (descriptor != NONE) {
            Shim.close(descriptor);
        }
    }

    @Override
    public void close() {
        Shim.close(fd);
    }
}
