// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A device that carries several uplinks, one a VLAN and perhaps one without a tag (spec CLS-12).
 * Each gets a {@link Device} of its own by {@link #join}, which sends with its tag. The rx queues
 * are those of one member, the first that has not left: polled there, they give bursts of all
 * members, each of which says in {@code ingress} whose it is. A member that goes leaves first, so
 * that another one can be polled for all before it is closed.
 *
 * <p>Members join, leave and close on one thread; what they do while frames go is told at the
 * methods.
 */
public final class VlanTrunk {
    /** The place of frames without a tag, or with a priority tag. */
    public static final int UNTAGGED = 0;

    /** The highest VLAN identifier: 4,095 is reserved. */
    public static final int MAX_VID = 4094;

    /** Frames are counted as of a VLAN that nobody has, and freed. */
    public static final int NOBODY = -1;

    private final Device device;
    private final FramePool pool;
    private final VlanSplit[] splits;
    private final AtomicLongArray unknown;
    private final List<Member> joined = new CopyOnWriteArrayList<>();

    /** Those that have not left; the first of them is polled for all. */
    private final List<Member> present = new CopyOnWriteArrayList<>();

    /** By VLAN identifier, the ingress of its uplink. Never written once it is here. */
    private volatile int[] members = new int[MAX_VID + 2];

    /**
     * Takes over a device: it is closed with the last member.
     *
     * @param pool of its frames
     */
    public VlanTrunk(Device device, FramePool pool) {
        this.device = device;
        this.pool = pool;
        splits = new VlanSplit[device.rxQueues()];
        for (int queue = 0; queue < splits.length; queue++) {
            splits[queue] = new VlanSplit(this, device, queue, pool);
        }
        unknown = new AtomicLongArray(splits.length);
        Arrays.fill(members, NOBODY);
    }

    /**
     * Adds an uplink. Its frames are nobody's until {@link #place} says whose.
     *
     * @param name of the uplink
     * @param vid 1 to {@value #MAX_VID}, or {@link #UNTAGGED}; each once
     */
    public Device join(String name, int vid) {
        if (joined.stream().anyMatch(member -> member.vid == vid)) {
            throw new IllegalArgumentException(
                    "device '" + device.name() + "': vlan " + vid + " has an uplink already");
        }
        final Member member = new Member(name, vid);
        joined.add(member);
        present.add(member);
        return member;
    }

    /**
     * Frames of an uplink are nobody's from now on, and its device has no rx queues any more. It is
     * still to be closed; {@link #place} makes the leaving undone.
     *
     * @return the device that has the rx queues now; empty where they were not those of the one
     *     that leaves, or nobody is left
     */
    public Optional<Device> leave(int vid) {
        place(vid, NOBODY);
        final Optional<Member> polled = present.stream().findFirst();
        present.removeIf(member -> member.vid == vid);
        return polled.filter(member -> member.vid == vid)
                .flatMap(member -> present.stream().findFirst());
    }

    /**
     * Says what bursts with the frames of an uplink have as ingress, from the next one on.
     *
     * @param ingress its index, or {@link #NOBODY}
     */
    public void place(int vid, int ingress) {
        final int[] changed = members.clone();
        changed[vid] = ingress;
        members = changed;
        if (ingress != NOBODY) {
            joined.stream()
                    .filter(member -> member.vid == vid && !present.contains(member))
                    .forEach(present::add);
        }
    }

    /** Any thread: see {@link #members}. */
    @HotPath
    int[] members() {
        return members;
    }

    /** Counts a frame that no member takes; by who polls the queue. */
    @HotPath
    void refused(int queue) {
        unknown.setOpaque(queue, unknown.getPlain(queue) + 1);
    }

    private long refused() {
        long sum = 0;
        for (int queue = 0; queue < splits.length; queue++) {
            sum += unknown.getOpaque(queue);
        }
        return sum;
    }

    /** The device of one uplink. */
    private final class Member implements Device {
        private final String name;
        private final int vid;
        private final AtomicLongArray lost = new AtomicLongArray(device.txQueues());

        Member(String name, int vid) {
            this.name = name;
            this.vid = vid;
        }

        /** One member is polled for all. Any thread: the list may change while it is asked. */
        private boolean polls() {
            return present.stream().findFirst().filter(first -> first == this).isPresent();
        }

        @Override
        public String name() {
            return name;
        }

        /** Those of the device, at the one member that is polled for all; else none. */
        @Override
        public int rxQueues() {
            return polls() ? splits.length : 0;
        }

        @Override
        public int txQueues() {
            return device.txQueues();
        }

        @Override
        @HotPath
        public int receive(int queue, Burst burst) {
            return splits[queue].receive(burst);
        }

        @Override
        public int toldBy(int queue) {
            return device.toldBy(queue);
        }

        @Override
        @HotPath
        public boolean isDrained(int queue) {
            return splits[queue].isDrained();
        }

        @Override
        @HotPath
        public int transmit(int queue, long mbufs, int count) {
            if (vid == UNTAGGED) {
                return device.transmit(queue, mbufs, count);
            }
            int first = 0;
            for (int i = 0; i < count; i++) {
                final long mbuf = Memory.i64(mbufs + 8L * i);
                if (VlanTag.add(pool, mbuf, vid)) {
                    continue;
                }
                final int sent = handOver(queue, mbufs, first, i);
                if (sent < i - first) {
                    return first + sent;
                }
                pool.free(mbuf);
                lost.setOpaque(queue, lost.getPlain(queue) + 1);
                first = i + 1;
            }
            return first + handOver(queue, mbufs, first, count);
        }

        /** What the device refuses is the caller's again, as it was. */
        @HotPath
        private int handOver(int queue, long mbufs, int from, int to) {
            final int sent = device.transmit(queue, mbufs + 8L * from, to - from);
            for (int i = from + sent; i < to; i++) {
                VlanTag.remove(pool, Memory.i64(mbufs + 8L * i));
            }
            return sent;
        }

        private long lost() {
            long sum = 0;
            for (int queue = 0; queue < lost.length(); queue++) {
                sum += lost.getOpaque(queue);
            }
            return sum;
        }

        @Override
        public long transmitLost() {
            return lost() + (polls() ? device.transmitLost() : 0);
        }

        @Override
        public long dropped(DropReason reason) {
            final long own =
                    switch (reason) {
                        case BurstDrop.HEADERS_SPLIT -> lost();
                        case BurstDrop.VLAN_UNKNOWN -> polls() ? refused() : 0;
                        default -> 0;
                    };
            return own + (polls() ? device.dropped(reason) : 0);
        }

        @Override
        public ReceiveLosses receiveLosses() {
            return polls() ? device.receiveLosses() : ReceiveLosses.NONE;
        }

        @Override
        public long mac() {
            return device.mac();
        }

        @Override
        public int mtu() {
            return device.mtu();
        }

        @Override
        public int maxMtu() {
            return device.maxMtu();
        }

        /** The device has the largest that one of its uplinks has asked for: others may need it. */
        @Override
        public void setMtu(int bytes) {
            if (bytes > device.mtu()) {
                device.setMtu(bytes);
            }
        }

        @Override
        public void reopen(int bytes) {
            device.reopen(bytes);
        }

        @Override
        public String notice() {
            return device.notice();
        }

        @Override
        public boolean isGone() {
            return device.isGone();
        }

        @Override
        public boolean linkUp() {
            return device.linkUp();
        }

        /** Its frames are nobody's from now on; the last one to go closes the device. */
        @Override
        public void close() {
            if (!joined.remove(this)) {
                return;
            }
            leave(vid);
            if (joined.isEmpty()) {
                for (VlanSplit split : splits) {
                    split.close();
                }
                device.close();
            }
        }
    }
}
