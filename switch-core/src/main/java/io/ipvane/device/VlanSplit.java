// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Vlan;

/**
 * One rx queue of a device that carries several uplinks: what it gives at once becomes bursts of
 * one uplink each, without its tag. A burst keeps the order of its frames; what belongs to another
 * uplink waits here for the next call, before the device is asked again.
 *
 * <p>Owned by the lcore that polls the queue.
 */
@HotPath
final class VlanSplit {
    private static final int NOBODY = VlanTrunk.NOBODY;

    private final Device device;
    private final int queue;
    private final FramePool pool;
    private final VlanTrunk trunk;

    /** Frames that wait, and their places among the members: 0 or a VLAN identifier. */
    private final long[] mbufs = new long[Burst.MAX];

    private final int[] places = new int[Burst.MAX];
    private int waiting;

    VlanSplit(VlanTrunk trunk, Device device, int queue, FramePool pool) {
        this.trunk = trunk;
        this.device = device;
        this.queue = queue;
        this.pool = pool;
    }

    /** As {@link Device#receive}; says in the burst whose its frames are. */
    int receive(Burst burst) {
        if (waiting > 0) {
            return next(burst);
        }
        return device.receive(queue, burst) == 0 ? 0 : sort(burst);
    }

    /** Whether the last {@link #receive} has left nothing, here and in the device. */
    boolean isDrained() {
        return waiting == 0 && device.isDrained(queue);
    }

    /** Leaves the frames of the first owner in the burst and keeps the others. */
    private int sort(Burst burst) {
        final int size = burst.size;
        final int[] members = trunk.members();
        int first = NOBODY;
        long mine = 0;
        long bytes = 0;
        for (int i = 0; i < size; i++) {
            final int place = untag(burst, i, members);
            if (members[place] == NOBODY) {
                refuse(burst.mbuf(i));
                continue;
            }
            if (first == NOBODY) {
                first = place;
            }
            if (place == first) {
                mine |= 1L << i;
                bytes += burst.length(i);
            } else {
                mbufs[waiting] = burst.mbuf(i);
                places[waiting++] = place;
            }
        }
        if (mine != -1L >>> (Burst.MAX - size)) {
            burst.keep(mine);
        }
        burst.bytes = bytes;
        burst.ingress = first == NOBODY ? NOBODY : members[first];
        return burst.size;
    }

    private void refuse(long mbuf) {
        trunk.refused(queue);
        pool.free(mbuf);
    }

    /**
     * The place of a frame; its tag is taken out where it names a member. One that nobody has
     * stays: who takes untagged frames sees it and drops the frame (spec CLS-12). So does a
     * priority tag.
     */
    private int untag(Burst burst, int i, int[] members) {
        final long mbuf = burst.mbuf(i);
        if (burst.contiguous(i) < VlanTag.REACH
                && (burst.length(i) < VlanTag.REACH || !pool.pullUp(mbuf, VlanTag.REACH))) {
            return VlanTrunk.UNTAGGED;
        }
        final long frame = pool.data(mbuf);
        final int vid =
                Ethernet.type(frame) == Ethernet.TYPE_VLAN
                        ? Vlan.vid(frame + Ethernet.LENGTH)
                        : VlanTrunk.UNTAGGED;
        if (vid == VlanTrunk.UNTAGGED || members[vid] == NOBODY) {
            put(burst, i, mbuf);
            return VlanTrunk.UNTAGGED;
        }
        VlanTag.remove(pool, mbuf);
        put(burst, i, mbuf);
        return vid;
    }

    private void put(Burst burst, int i, long mbuf) {
        burst.frame(i, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
    }

    /** Fills the burst with those frames that wait and belong where the first one does. */
    private int next(Burst burst) {
        final int place = places[0];
        final int owner = trunk.members()[place];
        int size = 0;
        int left = 0;
        long bytes = 0;
        for (int i = 0; i < waiting; i++) {
            if (places[i] != place) {
                mbufs[left] = mbufs[i];
                places[left++] = places[i];
            } else if (owner == NOBODY) {
                // It has left since the frame came.
                refuse(mbufs[i]);
            } else {
                put(burst, size++, mbufs[i]);
                bytes += pool.length(mbufs[i]);
            }
        }
        waiting = left;
        burst.size = size;
        burst.bytes = bytes;
        burst.ingress = owner;
        return size;
    }

    /** Frees what waits; nobody polls any more. */
    void close() {
        while (waiting > 0) {
            pool.free(mbufs[--waiting]);
        }
    }
}
