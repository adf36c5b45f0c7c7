// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import io.ipvane.model.SwitchModel;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.table.GroupFilter;

/** Hears which groups ports listen to. Conductor thread only. */
public interface GroupSink {
    /** The switch as it is now. */
    SwitchModel model();

    /** What lcores forward by, with everything that the switch has been told so far. */
    ForwardingSnapshot snapshot();

    /** Whether anybody is behind a port, who may have come a moment ago. */
    boolean isThere(int port);

    /** A port listens to other groups now. */
    void regrouped(int port, GroupFilter groups);
}
