// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;

/**
 * What goes to a guest: the uplink's MAC is replaced by the guest's own as Ethernet destination, as
 * target in ARP, and as {@code chaddr} of a DHCP reply. As long as nobody knows the guest's, frames
 * stay as they are.
 *
 * <p>Translating a frame again changes nothing, so one that a device did not take may come back.
 * Writes only within the first 128 bytes, which every frame has to itself ({@link
 * FramePool#replicate}). No state of its own: any lcore that holds the frames.
 */
@HotPath
public final class ToGuest {
    private final GuestMac guest;
    private final UplinkMac uplink;
    private final FramePool pool;

    /**
     * Translates from the MAC address of an uplink.
     *
     * @param uplink that the guest shares
     * @param pool of the frames
     */
    public ToGuest(GuestMac guest, UplinkMac uplink, FramePool pool) {
        this.guest = guest;
        this.uplink = uplink;
        this.pool = pool;
    }

    /**
     * Translates the first {@code count} frames of an array.
     *
     * @param mbufs address of the array
     */
    public void translate(long mbufs, int count) {
        final long own = guest.mac();
        if (own == GuestMac.UNKNOWN) {
            return;
        }
        final long ownOnWire = Long.reverseBytes(own) >>> 16;
        final long shared = uplink.get();
        final long sharedOnWire = Long.reverseBytes(shared);
        for (int i = 0; i < count; i++) {
            final long mbuf = Memory.i64(mbufs + 8L * i);
            if (pool.contiguous(mbuf) < Glance.BYTES) {
                closely(mbuf, shared, own);
                continue;
            }
            final long frame = pool.data(mbuf);
            final long start = Memory.i64(frame, 0);
            final long type = Memory.i64(frame, Glance.SOURCE_AND_TYPE) >>> 48;
            if (Glance.toGuest(frame, type)) {
                closely(mbuf, shared, own);
            } else if (start << 16 == sharedOnWire) {
                Memory.put64(frame, 0, (start & Glance.NOT_MAC) | ownOnWire);
            }
        }
    }

    private void closely(long mbuf, long shared, long own) {
        if (!pool.pullUp(mbuf, Ethernet.LENGTH)) {
            return;
        }
        final long frame = pool.data(mbuf);
        if (Ethernet.destination(frame) == shared) {
            Ethernet.putDestination(frame, own);
        }
        switch (Ethernet.type(frame)) {
            case Ethernet.TYPE_ARP -> ArpMacs.toGuest(pool, mbuf, shared, own);
            case Ethernet.TYPE_IPV4 -> DhcpMacs.toGuest(pool, mbuf, shared, own);
            default -> {
                // Speaks of nobody's MAC address, or of others'.
            }
        }
    }
}
