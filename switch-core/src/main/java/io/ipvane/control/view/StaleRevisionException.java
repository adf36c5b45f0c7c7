// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

/** A change was made from a revision that is no longer the current one. */
public final class StaleRevisionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long current;

    /** Says both revisions. */
    public StaleRevisionException(long expected, long current) {
        super(
                "the change was made from revision "
                        + expected
                        + ", and the switch is at revision "
                        + current
                        + "; read it again and repeat the change");
        this.current = current;
    }

    /** The revision that the switch is at. */
    public long current() {
        return current;
    }
}
