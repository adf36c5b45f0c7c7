// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.burst.Burst;
import io.ipvane.memory.Memory;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;

/**
 * A guest's port without a switch behind it: frames of the guest, and frames for it, one by one.
 */
final class Guest implements AutoCloseable {
    /** The guest's own MAC address. */
    static final long MAC = 0x5254_0012_3456L;

    /** Another guest's. */
    static final long MAC2 = 0x5254_0065_4321L;

    final MemoryPool pool = new MemoryPool(256, 2048);
    final Burst burst;
    final GuestMac mac;
    final FromGuest from;
    private final Arena arena = Arena.ofConfined();
    private final ToGuest to;

    Guest(GuestMac mac) {
        this.mac = mac;
        burst = new Burst(arena);
        from = new FromGuest(mac, new UplinkMac(Frames.OWN), pool);
        to = new ToGuest(mac, new UplinkMac(Frames.OWN), pool);
    }

    /** One whose address is {@link #MAC}, by configuration. */
    static Guest configured() {
        return new Guest(GuestMac.fixed(MAC));
    }

    /** One of whom nothing is known yet. */
    static Guest unknown() {
        return new Guest(GuestMac.learned());
    }

    /** What a frame becomes on its way into the switch; null where it is refused. */
    byte[] sends(byte[]... segments) {
        return sends(pool.frame(segments));
    }

    byte[] sends(long mbuf) {
        load(mbuf);
        return from.translate(burst) == 0 ? null : take(burst.mbuf(0));
    }

    /** What a frame becomes on its way to the guest. */
    byte[] gets(byte[]... segments) {
        return gets(pool.frame(segments));
    }

    byte[] gets(long mbuf) {
        translateTo(mbuf);
        return take(mbuf);
    }

    /** Translates a frame for the guest and keeps it. */
    void translateTo(long mbuf) {
        Memory.put64(burst.mbufs, mbuf);
        to.translate(burst.mbufs, 1);
    }

    /** Makes a burst of these frames, as a device does. */
    void load(long... mbufs) {
        burst.size = mbufs.length;
        burst.bytes = 0;
        for (int i = 0; i < mbufs.length; i++) {
            final long mbuf = mbufs[i];
            burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
            burst.bytes += pool.length(mbuf);
        }
    }

    /** The bytes of a frame, which is freed. */
    byte[] take(long mbuf) {
        final byte[] bytes = pool.bytes(mbuf);
        pool.free(mbuf);
        return bytes;
    }

    @Override
    public void close() {
        pool.close();
        arena.close();
    }
}
