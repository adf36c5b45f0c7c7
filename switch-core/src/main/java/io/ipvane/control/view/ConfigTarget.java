// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

import io.ipvane.config.SwitchConfig;

/**
 * Where changes of the configuration go, from the file, REST and the command line alike: the switch
 * is told what it shall be, works out what that changes, and does it. Any thread may call any
 * method; changes are done one after the other.
 */
public interface ConfigTarget {
    /**
     * What the switch works by.
     *
     * @param revision counts the changes since the start, from 1
     * @param config read and checked
     */
    record Running(long revision, SwitchConfig config) {}

    /** What the switch works by now. */
    Running running();

    /**
     * Makes the switch work by another configuration. When this returns every lcore does; where it
     * throws, the switch works as before.
     *
     * @param next read and checked
     * @param expected the revision that {@code next} was made from
     * @throws StaleRevisionException where the switch is at another revision
     * @throws ChangeRefusedException with a sentence where it cannot be done: what cannot change
     *     while the switch runs, a device that does not open, a namespace that is not there
     */
    Running apply(SwitchConfig next, long expected);
}
