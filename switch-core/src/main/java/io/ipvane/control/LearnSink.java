// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.packet.IpAddress;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.table.GroupFilter;

/** Hears what a port whose interface nobody can look at says of itself. Conductor thread only. */
interface LearnSink {
    /** The switch as it is now; what was said may have changed it. */
    SwitchModel model();

    /**
     * What lcores forward by, once everything is in it that the switch has been told so far: it is
     * published now where it was not. A frame that has said something is decided by nothing older.
     */
    ForwardingSnapshot snapshot();

    /** Whether anybody is behind a port, who may have come a moment ago. */
    boolean isThere(int port);

    /**
     * A port says that it has an address.
     *
     * @return whether it is believed, now or before
     */
    boolean said(int port, IpAddress address);

    /** Whether a port has an address for no better reason than that it says so. */
    boolean onlySaid(int port, IpAddress address);

    /** A port listens to other groups now. */
    void regrouped(int port, GroupFilter groups);
}
