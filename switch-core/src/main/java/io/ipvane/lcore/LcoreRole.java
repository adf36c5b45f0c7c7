// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

/** One role of an lcore: called in turns by the thread that owns it. */
interface LcoreRole {
    /** One turn; never blocks or throws. Says how much was done, 0 where nothing waited. */
    int doWork();

    /** The last turn: finishes what the role upstream, which has stopped, has left. */
    void close();
}
