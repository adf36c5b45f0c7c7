// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

/** Is told what happens at watched interfaces. */
@FunctionalInterface
public interface InterfaceListener {
    /**
     * Takes one event, in the order in which things happened at that interface. Called on the
     * watcher's thread, which sees nothing else meanwhile: hand the event on and return.
     */
    void onEvent(InterfaceEvent event);
}
