// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * Holds on to the file of a unix socket that this process has made, so that this file is removed in
 * the end and no other. Linux removes by name only, and whoever may write to the folder may put
 * another file in its place at any moment. A file is the same if device and inode are; while the
 * pin is held, the kernel gives that inode to nobody else. Any thread, one at a time.
 */
public final class SocketPin implements AutoCloseable {
    private final Path path;
    private int descriptor;

    private SocketPin(Path path, int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
    }

    /**
     * Holds on to the socket at a path.
     *
     * @throws LinuxException {@link Errno#ENOTSOCK} something else is at the path, such as a link;
     *     {@link Errno#EPERM} a socket that this process has not made
     */
    public static SocketPin of(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            return new SocketPin(
                    path,
                    LinuxException.check(
                            Shim.socketPin(NativeLibrary.cString(arena, path.toString())),
                            "look at unix:" + path));
        }
    }

    /** Holds on to nothing: whatever is at the path is somebody else's. */
    public static SocketPin ofNothing(Path path) {
        return new SocketPin(path, -1);
    }

    /**
     * Removes the socket from its path. What else is there stays, but for an instant if it came in
     * this very moment.
     *
     * @throws LinuxException where it may not be removed
     */
    public void remove() {
        leave(0);
    }

    /**
     * Removes the socket from its path, and what else is there as well, which {@link #giveBack}
     * puts back: for a library that removes by name.
     *
     * @return whether there was something else
     * @throws LinuxException where it may not be removed
     */
    public boolean makeWay() {
        return leave(1) == 1;
    }

    private int leave(int keep) {
        try (Arena arena = Arena.ofConfined()) {
            return LinuxException.check(
                    Shim.socketLeave(
                            NativeLibrary.cString(arena, path.toString()),
                            descriptor,
                            NativeLibrary.cString(arena, aside().toString()),
                            keep),
                    "remove unix:" + path);
        }
    }

    /**
     * Puts back what {@link #makeWay} has found.
     *
     * @throws LinuxException {@link Errno#EEXIST} a third has taken its place
     */
    public void giveBack() {
        try (Arena arena = Arena.ofConfined()) {
            LinuxException.check(
                    Shim.socketGiveBack(
                            NativeLibrary.cString(arena, aside().toString()),
                            NativeLibrary.cString(arena, path.toString())),
                    "put " + aside() + " back to " + path);
        }
    }

    /** A name that nobody else uses. */
    private Path aside() {
        return path.resolveSibling(path.getFileName() + "." + ProcessHandle.current().pid());
    }

    @Override
    public void close() {
        if (descriptor >= 0) {
            Shim.close(descriptor);
            descriptor = -1;
        }
    }
}
