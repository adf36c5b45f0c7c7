// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memif;

/** A connection cannot go on; the message says why, to the peer and to the log. */
final class MemifException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean fault;

    private MemifException(String reason, boolean fault) {
        super(reason);
        this.fault = fault;
    }

    /** The peer has done what no peer does, or cannot be worked with. */
    MemifException(String reason) {
        this(reason, true);
    }

    /** An end as there are many: the peer is gone, or the port. */
    static MemifException end(String reason) {
        return new MemifException(reason, false);
    }

    /** Whether somebody has to hear of it. */
    boolean isFault() {
        return fault;
    }
}
