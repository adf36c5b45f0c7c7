// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who may connect to a unix socket that this process has made. Whoever may write to the folder of
 * the socket may put a link in its place at any moment; what is looked at and what is changed is
 * therefore one open file, and a link is not followed. Any thread. Source: open(2), O_PATH.
 */
public final class SocketRights {
    private SocketRights() {}

    /**
     * Sets mode and group.
     *
     * @param mode bits of the rights, such as 0660
     * @param group name of the group to own it; empty: as it is
     * @throws LinuxException and nothing is changed: {@link Errno#ENOTSOCK} something else is at
     *     the path, such as a link; {@link Errno#EPERM} a socket that this process has not made, or
     *     the group may not be given; {@link Errno#ESRCH} there is no such group
     */
    public static void set(Path path, int mode, Optional<String> group) {
        try (Arena arena = Arena.ofConfined()) {
            final long name = group.isPresent() ? NativeLibrary.cString(arena, group.get()) : 0;
            LinuxException.check(
                    Shim.socketRights(NativeLibrary.cString(arena, path.toString()), mode, name),
                    "set the rights of unix:" + path);
        }
    }
}
