// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memif;

import io.ipvane.dpdk.MemifLink;

/** One side of what is said before frames flow; for one connection. */
sealed interface Agreement permits ClientSide, ServerSide {
    /**
     * Agrees on memory and rings.
     *
     * @return what is shared from now on; the caller's to close or attach
     * @throws MemifException where that fails
     */
    MemifLink agree(Channel channel) throws MemifException;

    /**
     * Says that lcores use the rings.
     *
     * @throws MemifException where the peer is gone
     */
    void attached(Channel channel) throws MemifException;
}
