// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.control.view.PortView;
import java.util.List;
import java.util.Optional;

/**
 * What is configured and not there at the moment, for readers: the conductor knows nothing of it.
 * Any thread.
 */
public interface Absent {
    /** Everything is there. */
    Absent NOTHING =
            new Absent() {
                @Override
                public List<PortView> ports() {
                    return List.of();
                }

                @Override
                public Optional<String> uplink(String name) {
                    return Optional.empty();
                }

                @Override
                public Optional<String> host(String uplink) {
                    return Optional.empty();
                }
            };

    /** Ports, each with its reason. */
    List<PortView> ports();

    /** Why the device of an uplink is not there, where it is not. */
    Optional<String> uplink(String name);

    /** Why the host port of an uplink is not there, where it should be and is not. */
    Optional<String> host(String uplink);
}
