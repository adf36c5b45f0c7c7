// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.memory.Memory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The one MAC address of an uplink, shared by all that stands on it. Its interface may be given
 * another (spec CFG-8). Any thread; what the conductor sets lcores see with their next burst.
 */
public final class UplinkMac {
    private final AtomicLong mac;

    /**
     * @param mac as {@link Memory#mac} reads it
     */
    public UplinkMac(long mac) {
        this.mac = new AtomicLong(mac);
    }

    /** The address, as {@link Memory#mac} reads it. */
    public long get() {
        return mac.getOpaque();
    }

    /** From now on it is another. */
    public void set(long now) {
        mac.setOpaque(now);
    }
}
