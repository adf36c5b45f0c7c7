// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.device.Device;
import java.util.Optional;

/**
 * The place of a unit on a device that several share. Used by the thread that changes the switch.
 */
interface Place {
    /** The place of a unit that has its device for itself. */
    Place ALONE =
            new Place() {
                @Override
                public boolean isShared() {
                    return false;
                }

                @Override
                public void take(int index) {
                    // Nobody else is asked for its frames.
                }

                @Override
                public Optional<Device> leave() {
                    return Optional.empty();
                }
            };

    /** Whether frames of the device are told apart by index. */
    boolean isShared();

    /** Frames for the unit are those of this index from now on. */
    void take(int index);

    /**
     * Frames for the unit are nobody's from now on.
     *
     * @return the device of another unit that is to be polled in its stead, where there is one
     */
    Optional<Device> leave();
}
