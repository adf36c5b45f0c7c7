// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

/** Ends a verb with a sentence on stderr and an exit code. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandException(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
