// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

import java.util.List;
import java.util.Optional;

/**
 * What the admin interface asks. Any thread may call any method; each answers within a second, with
 * lists in the order of the configuration.
 *
 * <p>Every method may throw {@link StatusUnavailableException}: the switch is busy or not ready.
 */
public interface StatusSource {
    /** The switch as a whole. */
    SwitchView status();

    /** All uplinks. */
    List<UplinkView> uplinks();

    /** All ports. */
    List<PortView> ports();

    /** Counters of all uplinks, host ports and ports. */
    List<PortStatsView> stats();

    /** Drops by port and reason; only those that happened. */
    List<DropView> drops();

    /** Neighbours that are known or looked for. */
    List<NeighborView> neighbors();

    /** Routes of all uplinks. */
    List<RouteView> routes();

    /** All threads of the switch. */
    List<ThreadView> threads();

    /** Why the switch does not forward yet, as a sentence; empty once it does. */
    Optional<String> notReady();
}
