// SPDX-License-Identifier: Apache-2.0
package io.ipvane.socket;

/** A unix socket cannot be had; the message is a sentence for the user. */
public final class SocketFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SocketFileException(String sentence) {
        super(sentence);
    }

    SocketFileException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
