// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

/**
 * When may memory that readers could still see be used for something else? A reader is done with
 * what it saw once it has finished its burst, and says so outside this package; this is the
 * writer's view of that.
 *
 * <p>Called by the writer of a table only.
 */
public interface Grace {
    /**
     * Starts to wait for the readers.
     *
     * @return a ticket for {@link #passed}; tickets pass in the order in which they are given
     */
    long retire();

    /**
     * Whether the wait is over: no reader is left in a burst that began without sight of what the
     * caller had written when the ticket was given. What the caller writes after a true answer is
     * seen by no such burst.
     */
    boolean passed(long ticket);
}
