// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

/**
 * Names one interface in one namespace, to be watched or taken over.
 *
 * @param netns its namespace as {@link Netns#open} takes it; empty for that of this process
 * @param name its name
 */
public record WatchedInterface(String netns, String name) {
    /** Makes null the same as empty. */
    public WatchedInterface {
        netns = netns == null ? "" : netns;
        InterfaceName.require(name);
    }

    @Override
    public String toString() {
        return "'"
                + name
                + "' in "
                + (netns.isEmpty() ? "the switch's netns" : "netns '" + netns + "'");
    }
}
