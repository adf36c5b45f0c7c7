// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

/** The admin interface cannot be opened; the message is a sentence for the user. */
public final class AdminException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Without a cause worth logging. */
    public AdminException(String sentence) {
        super(sentence);
    }

    /** With the error of the operating system behind it. */
    public AdminException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
