// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

/** A change cannot be done, and has not been; the message is a sentence for the user. */
public final class ChangeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String errno;

    /**
     * A refusal.
     *
     * @param errno what the kernel would say in such a case, such as EADDRINUSE or EBUSY
     * @param sentence name, value, bound and remedy
     */
    public ChangeRefusedException(String errno, String sentence) {
        super(sentence);
        this.errno = errno;
    }

    /** As the constructor, with what lies behind it. */
    public ChangeRefusedException(String errno, String sentence, Throwable cause) {
        super(sentence, cause);
        this.errno = errno;
    }

    /** The name of the error as the kernel has it. */
    public String errno() {
        return errno;
    }
}
