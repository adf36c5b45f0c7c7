// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/** What shall be changed or shown is not in the configuration; the message says what. */
public final class UnknownElementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param sentence such as {@code port 'web' is unknown}
     */
    public UnknownElementException(String sentence) {
        // Answers an everyday request: a stack trace would tell nobody anything.
        super(sentence, null, false, false);
    }
}
