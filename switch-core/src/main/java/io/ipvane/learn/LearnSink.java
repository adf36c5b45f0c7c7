// SPDX-License-Identifier: Apache-2.0
package io.ipvane.learn;

import io.ipvane.model.SwitchModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.snapshot.ForwardingSnapshot;

/** Hears which addresses a port says that it has. Conductor thread only. */
public interface LearnSink {
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
}
