// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

/** The switch cannot answer now; asking again later may help. */
public final class StatusUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param sentence why, for the user
     */
    public StatusUnavailableException(String sentence) {
        super(sentence);
    }
}
