// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.packet.MacAddress;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The MAC address of one guest: told by configuration, or learned from what the guest sends, where
 * the last one counts. Any thread; what one lcore learns others see soon.
 */
public final class GuestMac {
    /** Nothing is configured, and the guest has not sent anything yet. */
    public static final long UNKNOWN = 0;

    private final boolean fixed;
    private final AtomicLong mac;

    private GuestMac(boolean fixed, long mac) {
        this.fixed = fixed;
        this.mac = new AtomicLong(mac);
    }

    /**
     * One that is configured; what comes with another source is refused.
     *
     * @param mac of one station, as {@link io.ipvane.memory.Memory#mac} reads it
     * @throws IllegalArgumentException where it is a group's or 0
     */
    public static GuestMac fixed(long mac) {
        if (!isOfStation(mac)) {
            throw new IllegalArgumentException(
                    MacAddress.format(mac)
                            + " is a group's address or nobody's; give a guest one of its own,"
                            + " such as 52:54:00:00:00:01");
        }
        return new GuestMac(true, mac);
    }

    /** One that the guest itself tells by sending. */
    public static GuestMac learned() {
        return new GuestMac(false, UNKNOWN);
    }

    /** The address, or {@link #UNKNOWN}. */
    public long mac() {
        return mac.getOpaque();
    }

    /** Whether it is configured. */
    public boolean isFixed() {
        return fixed;
    }

    /** Forgets what was learned: the guest is gone, and the next one may have another address. */
    public void reset() {
        if (!fixed) {
            mac.setOpaque(UNKNOWN);
        }
    }

    /**
     * Notes the source of a frame of the guest. That of a group or 0 teaches nothing.
     *
     * @return whether the guest may send from there
     */
    boolean accept(long source) {
        if (source == mac()) {
            return true;
        }
        if (!fixed && isOfStation(source)) {
            mac.setOpaque(source);
        }
        return !fixed;
    }

    private static boolean isOfStation(long mac) {
        return mac != 0 && !MacAddress.isGroup(mac);
    }
}
