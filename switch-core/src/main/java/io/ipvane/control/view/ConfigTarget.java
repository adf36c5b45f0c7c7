// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

import io.ipvane.config.SwitchConfig;
import java.util.function.Predicate;

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

    /**
     * What a change asks for beside the configuration.
     *
     * @param waits what somebody else has to make first (a namespace, for instance) is waited for;
     *     else the change is refused
     * @param renewed ports and uplinks, by name, whose interfaces are made again where somebody has
     *     deleted them
     */
    record Wish(boolean waits, Predicate<String> renewed) {
        /** Neither. */
        public static final Wish NOTHING = new Wish(false, name -> false);
    }

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
     *     while the switch runs, a device that does not open, a namespace that is not there unless
     *     it is to be waited for
     */
    Running apply(SwitchConfig next, long expected, Wish wish);

    /** The same without a wish. */
    default Running apply(SwitchConfig next, long expected) {
        return apply(next, expected, Wish.NOTHING);
    }
}
