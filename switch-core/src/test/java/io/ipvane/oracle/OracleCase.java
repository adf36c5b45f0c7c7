// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import java.util.Arrays;
import java.util.Objects;

/**
 * One frame that is sent into the kernel's ipvlan and into ipvane.
 *
 * @param id of its own: {@code t01} to {@code r33} with mode and flag, or {@code g} and a number
 * @param from {@code c1}, or {@code wire} for X
 * @param marker eight characters somewhere in the frame by which receivers know it
 * @param frame without FCS, not padded
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record OracleCase(String id, Network network, String from, String marker, byte[] frame) {
    /**
     * What stands around the ports, in the words of the configuration.
     *
     * @param gateway whether the host has default routes by X
     */
    record Network(String mode, String flag, boolean gateway) {
        @Override
        public String toString() {
            return mode + " " + flag + (gateway ? " with a gateway" : "");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OracleCase that
                && id.equals(that.id)
                && network.equals(that.network)
                && from.equals(that.from)
                && marker.equals(that.marker)
                && Arrays.equals(frame, that.frame);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, network, from, marker, Arrays.hashCode(frame));
    }

    @Override
    public String toString() {
        return id + " (" + network + ", from " + from + ")";
    }
}
