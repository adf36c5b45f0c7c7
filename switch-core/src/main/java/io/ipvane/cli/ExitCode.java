// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

/** How the program ends. */
public final class ExitCode {
    /** Done. */
    public static final int DONE = 0;

    /** Refused or failed. */
    public static final int FAILED = 1;

    /** The command line makes no sense. */
    public static final int USAGE = 2;

    /** No daemon answers. */
    public static final int UNREACHABLE = 3;

    /** A precondition does not hold: somebody else changed the configuration meanwhile. */
    public static final int PRECONDITION = 4;

    private ExitCode() {}
}
