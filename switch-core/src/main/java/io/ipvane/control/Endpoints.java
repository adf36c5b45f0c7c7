// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import java.util.Map;

/**
 * What the conductor does to interfaces, and asks of devices that tell nothing by themselves.
 * Called on the conductor's thread; what cannot be done is logged by who implements it and not
 * thrown: the interface may have been deleted a moment ago.
 */
public interface Endpoints {
    /** A switch without interfaces. */
    Endpoints NONE =
            new Endpoints() {
                @Override
                public void setMtu(int port, int mtu) {
                    // There is no interface.
                }

                @Override
                public void setMac(int port, long mac) {
                    // There is no interface.
                }

                @Override
                public void setUplinkMac(int uplink, long mac) {
                    // Nobody is translated.
                }

                @Override
                public void setCarrier(int port, boolean on) {
                    // There is no interface.
                }

                @Override
                public Map<Integer, Boolean> links() {
                    return Map.of();
                }
            };

    /** Sets the MTU of the interface of a port or host port. */
    void setMtu(int port, int mtu);

    /** Lets guests of an uplink be translated to this MAC, and what is made on it have it. */
    void setUplinkMac(int uplink, long mac);

    /** Sets the MAC of the interface of a port or host port. */
    void setMac(int port, long mac);

    /** Gives the interface of a port or host port its carrier, or takes it away. */
    void setCarrier(int port, boolean on);

    /**
     * By index, whether the link is up of each uplink and port that no watched interface speaks
     * for.
     */
    Map<Integer, Boolean> links();
}
