// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/** What the kernel would answer to the same wish; {@code name()} is what users are told. */
public enum Errno {
    /** An address is held by another. */
    EADDRINUSE,

    /** The thing is in use by another, or still has users. */
    EBUSY,

    /** The same thing is there already. */
    EEXIST,

    /** A value that makes no sense here. */
    EINVAL,

    /** A gateway that no network of the uplink reaches. */
    ENETUNREACH,

    /** An uplink or port that is not there. */
    ENODEV;

    /**
     * Whether the wish collides with something that is there, rather than being wrong in itself.
     */
    public boolean isConflict() {
        return this == EADDRINUSE || this == EBUSY || this == EEXIST;
    }
}
