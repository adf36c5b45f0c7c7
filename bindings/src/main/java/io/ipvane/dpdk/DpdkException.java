// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

/**
 * DPDK refused something at start or on command, never for a frame. The message is one sentence:
 * what, its value, the bound it broke, the way out.
 */
public final class DpdkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the sentence for the user. */
    public DpdkException(String sentence) {
        super(sentence);
    }
}
