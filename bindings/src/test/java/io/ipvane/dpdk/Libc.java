// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** File descriptors as a peer has them; each is the caller's to close or give away. */
public final class Libc {
    private static final MethodHandle MEMFD =
            NativeLibrary.call("memfd_create", JAVA_INT, POINTER, JAVA_INT);
    private static final MethodHandle TRUNCATE =
            NativeLibrary.call("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle EVENT =
            NativeLibrary.call("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle COUNT =
            NativeLibrary.call("eventfd_write", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle CONTROL =
            NativeLibrary.call("fcntl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SEND =
            NativeLibrary.call("sendmsg", JAVA_LONG, JAVA_INT, POINTER, JAVA_INT);
    private static final MethodHandle READ =
            NativeLibrary.call("read", JAVA_LONG, JAVA_INT, POINTER, JAVA_LONG);
    private static final MethodHandle DUP = NativeLibrary.call("dup", JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = NativeLibrary.call("close", JAVA_INT, JAVA_INT);

    /** Always open. */
    public static final int STANDARD_INPUT = 0;

    private static final int F_SETFL = 4;
    private static final int MSGHDR = 56;
    private static final int CMSGHDR = 16;

    private Libc() {}

    /** A memory file, all zeros. */
    public static int memory(long size) {
        try (Arena arena = Arena.ofConfined()) {
            final long name = NativeLibrary.cString(arena, "test");
            final int fd = require((int) MEMFD.invokeExact(name, 0));
            truncate(fd, size);
            return fd;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Makes a file so long. */
    public static void truncate(int fd, long size) {
        try {
            require((int) TRUNCATE.invokeExact(fd, size));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** A counter. */
    public static int event() {
        try {
            return require((int) EVENT.invokeExact(0, 0));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Fills a counter, and makes whoever counts it up wait from now on. */
    public static void fill(int event) {
        try {
            require((int) COUNT.invokeExact(event, -2L));
            require((int) CONTROL.invokeExact(event, F_SETFL, 0));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** What a counter has counted so far, which begins anew; it never waits. */
    public static long count(int event) {
        try (Arena arena = Arena.ofConfined()) {
            final long value = arena.allocate(8, 8).address();
            return (long) READ.invokeExact(event, value, 8L) == 8 ? Memory.i64(value) : 0;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Sends a message of one byte with any number of descriptors: unix(7), sendmsg(2). */
    public static void send(int socket, int... passed) {
        try (Arena arena = Arena.ofConfined()) {
            final long rights = arena.allocate(CMSGHDR + 4L * passed.length + 8, 8).address();
            Memory.put64(rights, CMSGHDR + 4L * passed.length);
            Memory.put32(rights + 8, 1); // SOL_SOCKET
            Memory.put32(rights + 12, 1); // SCM_RIGHTS
            for (int i = 0; i < passed.length; i++) {
                Memory.put32(rights + CMSGHDR + 4L * i, passed[i]);
            }
            final long part = arena.allocate(16, 8).address();
            Memory.put64(part, rights);
            Memory.put64(part + 8, 1);
            final long message = arena.allocate(MSGHDR, 8).address();
            Memory.put64(message + 16, part);
            Memory.put64(message + 24, 1);
            Memory.put64(message + 32, rights);
            Memory.put64(message + 40, CMSGHDR + 4L * passed.length);
            require((int) (long) SEND.invokeExact(socket, message, 0));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** The same file again. */
    public static int dup(int fd) {
        try {
            return require((int) DUP.invokeExact(fd));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Closes one that was not given away. */
    public static void close(int fd) {
        try {
            require((int) CLOSE.invokeExact(fd));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Where an open file can be opened again. */
    public static Path path(int fd) {
        return Path.of("/proc/self/fd", Integer.toString(fd));
    }

    /** How many this process has open. */
    public static long open() {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int require(int result) {
        if (result < 0) {
            throw new AssertionError("a call of the C library failed");
        }
        return result;
    }
}
