// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

/** Names of Linux error numbers, as x86-64 and arm64 number them. Source: errno(3). */
public final class Errno {
    /** Operation not permitted. */
    public static final int EPERM = 1;

    /** No such file. */
    public static final int ENOENT = 2;

    /** No such process; rtnetlink: no such route. */
    public static final int ESRCH = 3;

    /** No such device or address; rtnetlink: the interface has no IPv6. */
    public static final int ENXIO = 6;

    /** Try again: nothing waits, or no room now. */
    public static final int EAGAIN = 11;

    /** Permission denied. */
    public static final int EACCES = 13;

    /** The name or the thing is taken. */
    public static final int EBUSY = 16;

    /** It exists. */
    public static final int EEXIST = 17;

    /** No such device. */
    public static final int ENODEV = 19;

    /** Not a directory. */
    public static final int ENOTDIR = 20;

    /** Invalid argument. */
    public static final int EINVAL = 22;

    /** Descriptor in a bad state; TAP: the device was deleted. */
    public static final int EBADFD = 77;

    /** Not a device of that kind. */
    public static final int ENOTTY = 25;

    /** It is no socket. */
    public static final int ENOTSOCK = 88;

    /** The kernel does not know this option of a socket. */
    public static final int ENOPROTOOPT = 92;

    /** The operation is not supported. */
    public static final int EOPNOTSUPP = 95;

    /** The address family is not supported: no IPv6 in this kernel, for instance. */
    public static final int EAFNOSUPPORT = 97;

    /** The address is not there, or cannot be used. */
    public static final int EADDRNOTAVAIL = 99;

    /** No buffer space; netlink: notifications were lost. */
    public static final int EOVERFLOW = 75;

    public static final int ENOBUFS = 105;

    /** Nobody listens. */
    public static final int ECONNREFUSED = 111;

    private static final String[] NAMES = new String[134];

    static {
        final String inOrder =
                "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES"
                        + " EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE"
                        + " ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE";
        final String[] first = inOrder.split(" ");
        System.arraycopy(first, 0, NAMES, 1, first.length);
        NAMES[36] = "ENAMETOOLONG";
        NAMES[38] = "ENOSYS";
        NAMES[71] = "EPROTO";
        NAMES[EOVERFLOW] = "EOVERFLOW";
        NAMES[76] = "ENOTUNIQ";
        NAMES[EBADFD] = "EBADFD";
        NAMES[ENOTSOCK] = "ENOTSOCK";
        NAMES[90] = "EMSGSIZE";
        NAMES[91] = "EPROTOTYPE";
        NAMES[93] = "EPROTONOSUPPORT";
        NAMES[EOPNOTSUPP] = "EOPNOTSUPP";
        NAMES[EAFNOSUPPORT] = "EAFNOSUPPORT";
        NAMES[98] = "EADDRINUSE";
        NAMES[EADDRNOTAVAIL] = "EADDRNOTAVAIL";
        NAMES[100] = "ENETDOWN";
        NAMES[101] = "ENETUNREACH";
        NAMES[ENOBUFS] = "ENOBUFS";
        NAMES[110] = "ETIMEDOUT";
        NAMES[ECONNREFUSED] = "ECONNREFUSED";
        NAMES[113] = "EHOSTUNREACH";
        NAMES[114] = "EALREADY";
    }

    private Errno() {}

    /** The name of a positive error number, or {@code errno 123} where it has none here. */
    public static String name(int errno) {
        final String name = errno > 0 && errno < NAMES.length ? NAMES[errno] : null;
        return name == null ? "errno " + errno : name;
    }
}
