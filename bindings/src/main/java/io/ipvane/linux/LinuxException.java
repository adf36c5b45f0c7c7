// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

/**
 * The kernel refused something. The message is one sentence: what was tried, on which thing, the
 * name of the error, and the way out where there is one.
 */
public final class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The error number, positive; 0 where the refusal is our own. */
    private final int errno;

    /** A refusal with a sentence of its own. */
    public LinuxException(int errno, String sentence) {
        super(sentence);
        this.errno = errno;
    }

    /** The error number, positive; 0 where the refusal is our own. */
    public int errno() {
        return errno;
    }

    /**
     * The refusal of one step.
     *
     * @param errno positive error number
     * @param tried what was tried, to follow "cannot"; for example {@code set mtu 9000 on 'eth0'}
     */
    static LinuxException cannot(int errno, String tried) {
        return new LinuxException(
                errno, "cannot " + tried + ": " + Errno.name(errno) + remedy(errno));
    }

    /** The way out where every caller has the same: missing privilege. */
    static String remedy(int errno) {
        return errno == Errno.EPERM || errno == Errno.EACCES
                ? "; run as root, or with the capabilities CAP_NET_ADMIN and CAP_SYS_ADMIN"
                : "";
    }

    /** Passes a result of the shim on, or throws where it is {@code -errno}. */
    static int check(int result, String tried) {
        if (result < 0) {
            throw cannot(-result, tried);
        }
        return result;
    }
}
