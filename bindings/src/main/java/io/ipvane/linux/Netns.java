// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.io.File;
import java.lang.foreign.Arena;
import java.util.OptionalLong;

/**
 * A handle on a network namespace. It keeps the namespace alive and means the same one for ever,
 * also when the name is deleted or given to another.
 *
 * <p>Any thread; closed by its owner after the last use.
 */
public final class Netns implements AutoCloseable {
    /** Where {@code ip netns add} keeps names. */
    public static final String DIRECTORY = "/run/netns/";

    private static final int OWN = -1;

    private final int fd;
    private final String name;

    private Netns(int fd, String name) {
        this.fd = fd;
        this.name = name;
    }

    /**
     * Opens a handle.
     *
     * @param name null or empty for the namespace of this process, a name that {@code ip netns}
     *     shows, or an absolute path such as {@code /proc/4711/ns/net}
     * @throws LinuxException where there is no such namespace or it may not be opened
     */
    public static Netns open(String name) {
        if (name == null || name.isEmpty()) {
            return new Netns(OWN, "");
        }
        final String path = name.startsWith("/") ? name : DIRECTORY + name;
        final int fd = openPath(path);
        if (fd < 0) {
            throw refusal(name, path, -fd);
        }
        return new Netns(fd, name);
    }

    /** Takes over a descriptor; {@code label} is for messages. */
    static Netns of(int fd, String label) {
        return new Netns(fd, label);
    }

    /**
     * Inode of the namespace that a name or path stands for now; nothing where it stands for none.
     */
    public static OptionalLong inodeAt(String name) {
        try (Netns netns = open(name)) {
            return OptionalLong.of(netns.inode());
        } catch (LinuxException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * How to speak of a namespace: by its name below {@link #DIRECTORY}, or where it has none, as
     * {@code net:[4026532201]}, which is what {@code /proc} shows; empty for that of this process.
     */
    static String nameOf(long inode) {
        try (Netns own = open("")) {
            if (own.inode() == inode) {
                return "";
            }
        }
        final String[] names = new File(DIRECTORY).list();
        if (names != null) {
            for (final String name : names) {
                if (inodeAt(name).orElse(0) == inode) {
                    return name;
                }
            }
        }
        return "net:[" + inode + "]";
    }

    private static LinuxException refusal(String name, String path, int errno) {
        final String sentence =
                switch (errno) {
                    case Errno.ENOENT, Errno.ENOTDIR ->
                            name.startsWith("/")
                                    ? "netns '" + name + "' does not exist; give the path of one"
                                    : "netns '%s' does not exist (%s); create it: ip netns add %s"
                                            .formatted(name, path, name);
                    case Errno.EINVAL ->
                            "netns '%s': %s is not a network namespace; make it one: ip netns add NAME"
                                    .formatted(name, path);
                    default ->
                            "netns '%s' cannot be opened (%s): %s%s"
                                    .formatted(
                                            name,
                                            path,
                                            Errno.name(errno),
                                            LinuxException.remedy(errno));
                };
        return new LinuxException(errno, sentence);
    }

    private static int openPath(String path) {
        try (Arena arena = Arena.ofConfined()) {
            return Shim.netnsOpen(NativeLibrary.cString(arena, path));
        }
    }

    /** The name or path that it was opened by; empty for the namespace of this process. */
    public String name() {
        return name;
    }

    /** The descriptor that the shim takes; -1 stands for the namespace of this process. */
    int fd() {
        return fd;
    }

    /** Its inode number: equal for two handles on one namespace, whatever their names. */
    public long inode() {
        try (Arena arena = Arena.ofConfined()) {
            final long inode = arena.allocate(8, 8).address();
            LinuxException.check(Shim.netnsInode(fd, inode), "identify " + this);
            return Memory.i64(inode);
        }
    }

    /**
     * The number that the kernel gives to no other namespace before the next boot; its inode number
     * may be another's later. On a kernel before 5.14 the inode number all the same.
     */
    long cookie() {
        try (Arena arena = Arena.ofConfined()) {
            final long cookie = arena.allocate(8, 8).address();
            final int result = Shim.netnsCookie(fd, cookie);
            if (result == -Errno.ENOPROTOOPT) {
                return inode();
            }
            LinuxException.check(result, "identify " + this);
            return Memory.i64(cookie);
        }
    }

    /** Whether this is the namespace of this process, under whatever name. */
    boolean isOwn() {
        try (Netns own = open("")) {
            return fd == OWN || own.inode() == inode();
        }
    }

    /** Opens a socket that belongs to this namespace; the caller closes it. */
    int socket(int domain, int type, int protocol) {
        return LinuxException.check(
                Shim.netnsSocket(fd, domain, type, protocol), "open a socket in " + this);
    }

    /** For messages: {@code netns 'blue'}, or {@code the switch's netns}. */
    @Override
    public String toString() {
        return fd == OWN ? "the switch's netns" : "netns '" + name + "'";
    }

    @Override
    public void close() {
        if (fd != OWN) {
            Shim.close(fd);
        }
    }
}
