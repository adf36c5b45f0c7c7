// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Vlan;

/**
 * Puts an 802.1Q tag into a frame and takes it out again: the MAC addresses move, nothing else
 * does. Hot path, the thread that holds the frame.
 */
@HotPath
final class VlanTag {
    /** Bytes of a frame that must be at hand to see its tag. */
    static final int REACH = Ethernet.LENGTH + Vlan.LENGTH;

    private static final int MACS = 12;

    private VlanTag() {}

    /** Takes the tag out of a frame whose first {@link #REACH} bytes are contiguous. */
    static void remove(FramePool pool, long mbuf) {
        final long frame = pool.data(mbuf);
        moveMacs(frame, frame + Vlan.LENGTH);
        pool.removeFront(mbuf, Vlan.LENGTH);
    }

    /**
     * Puts a tag into a frame; priority 0, drop eligibility clear.
     *
     * @return false where its first segment has no room for it; nothing is changed then
     */
    static boolean add(FramePool pool, long mbuf, int vid) {
        if (!pool.pullUp(mbuf, MACS) || !pool.prepend(mbuf, Vlan.LENGTH)) {
            return false;
        }
        final long frame = pool.data(mbuf);
        moveMacs(frame + Vlan.LENGTH, frame);
        Memory.put16be(frame + MACS, Ethernet.TYPE_VLAN);
        Memory.put16be(frame + MACS + 2, vid);
        return true;
    }

    private static void moveMacs(long from, long to) {
        final long most = Memory.i64(from);
        final int rest = Memory.i32(from + 8);
        Memory.put64(to, most);
        Memory.put32(to + 8, rest);
    }
}
