// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One rx queue of a guest: whatever it sends comes from the uplink's MAC afterwards. Its own is
 * replaced as Ethernet source, in ARP as sender and as target, in link-layer address options of
 * neighbour discovery, and as {@code chaddr} of a DHCP request.
 *
 * <p>Owned by the lcore that polls the queue, but for {@link #refused}. Writes only frames that it
 * is given, which nobody shares yet.
 */
@HotPath
public final class FromGuest {
    private final GuestMac guest;
    private final UplinkMac uplink;
    private final FramePool pool;
    private final AtomicLong refused = new AtomicLong();

    /**
     * Translates to the MAC address of an uplink.
     *
     * @param uplink that the guest shares
     * @param pool of the frames
     */
    public FromGuest(GuestMac guest, UplinkMac uplink, FramePool pool) {
        this.guest = guest;
        this.uplink = uplink;
        this.pool = pool;
    }

    /**
     * Translates a burst as a device gave it. Frames that the guest may not send are freed, counted
     * and no longer in it.
     *
     * @return frames in the burst now
     */
    public int translate(Burst burst) {
        final long others = plain(burst, Long.reverseBytes(guest.mac()));
        return others == 0 ? burst.size : closely(burst, others);
    }

    /** Frames that did not come from a fixed MAC address, since start. Any thread. */
    public long refused() {
        return refused.getOpaque();
    }

    /**
     * Translates what nearly every frame is: one that comes from where the last one did, and names
     * no MAC address behind its Ethernet header.
     *
     * @param source the guest's address in the high 48 bits of a word, as the wire has it
     * @return the frames that are something else, as bits
     */
    private long plain(Burst burst, long source) {
        final int size = burst.size;
        final long uplinkOnWire = Long.reverseBytes(uplink.get()) >>> 16;
        long others = 0;
        for (int i = 0; i < size; i++) {
            final long row = burst.row(i);
            if (Row.contiguous(row) < Glance.BYTES) {
                others |= 1L << i;
                continue;
            }
            final long frame = Row.data(row);
            final long sourceAndType = Memory.i64(frame, Glance.SOURCE_AND_TYPE);
            if (sourceAndType << 16 != source || Glance.fromGuest(frame, sourceAndType >>> 48)) {
                others |= 1L << i;
                continue;
            }
            Memory.put64(
                    frame, Glance.SOURCE_AND_TYPE, (sourceAndType & Glance.NOT_MAC) | uplinkOnWire);
        }
        return others;
    }

    private int closely(Burst burst, long others) {
        long some = 0;
        for (long left = others; left != 0; left &= left - 1) {
            final int i = Long.numberOfTrailingZeros(left);
            final long mbuf = burst.mbuf(i);
            if (!translate(mbuf)) {
                some |= 1L << i;
            } else if (burst.contiguous(i) != pool.contiguous(mbuf)) {
                burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), burst.length(i));
            }
        }
        if (some != 0) {
            refuse(burst, some);
        }
        return burst.size;
    }

    private void refuse(Burst burst, long some) {
        for (long left = some; left != 0; left &= left - 1) {
            final int i = Long.numberOfTrailingZeros(left);
            burst.bytes -= burst.length(i);
            pool.free(burst.mbuf(i));
        }
        refused.setOpaque(refused.getPlain() + Long.bitCount(some));
        burst.keep(-1L >>> (Burst.MAX - burst.size) & ~some);
    }

    /**
     * Translates any frame. One without an Ethernet header to read stays as it is: the parser says
     * what becomes of it.
     *
     * @return whether the guest may send it
     */
    private boolean translate(long mbuf) {
        if (!pool.pullUp(mbuf, Ethernet.LENGTH)) {
            return true;
        }
        final long frame = pool.data(mbuf);
        final long shared = uplink.get();
        if (!guest.accept(Ethernet.source(frame))) {
            return false;
        }
        Ethernet.putSource(frame, shared);
        final long own = guest.mac();
        if (own != GuestMac.UNKNOWN) {
            switch (Ethernet.type(frame)) {
                case Ethernet.TYPE_ARP -> ArpMacs.fromGuest(pool, mbuf, own, shared);
                case Ethernet.TYPE_IPV4 -> DhcpMacs.fromGuest(pool, mbuf, own, shared);
                case Ethernet.TYPE_IPV6 -> NdMacs.fromGuest(pool, mbuf, own, shared);
                default -> {
                    // Names none that we know of.
                }
            }
        }
        return true;
    }
}
