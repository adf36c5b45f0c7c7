// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.counters.CounterShard;
import io.ipvane.egress.EgressLanes;
import io.ipvane.egress.LaneDevice;
import io.ipvane.tunnel.Flood;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.upcall.ControlMailbox;

/**
 * One network of a tunnel in the place of an uplink's device. What is sent by it gets outer headers
 * and leaves by the underlay's lanes ({@link TunnelSender}); what comes out of the tunnel comes by
 * the underlay's bursts, so nothing is received here.
 *
 * <p>Who gets what is flooded is the conductor's to say ({@link #flood}), and where its frames are
 * counted ({@link #place}); lcores read both.
 */
public final class TunnelDevice implements Device, LaneDevice {
    private final String name;
    private final long mac;
    private final FramePool pool;
    private final RemoteTable remotes;
    private final TunnelSender[] senders;
    private volatile int mtu;
    private volatile Flood flood = Flood.NOBODY;
    private volatile int place;

    /**
     * @param name of the network in counters and messages
     * @param queues tx queues, one for each lcore that sends
     * @param mac that its ports share
     * @param mtu bytes of an L3 packet that fit through the tunnel
     * @param remotes values of the address table that are remotes
     */
    public TunnelDevice(
            String name, int queues, long mac, int mtu, FramePool pool, RemoteTable remotes) {
        this.name = name;
        this.mac = mac;
        this.mtu = mtu;
        this.pool = pool;
        this.remotes = remotes;
        this.senders = new TunnelSender[queues];
    }

    /** Says who gets what is flooded from now on. Conductor. */
    public void flood(Flood now) {
        flood = now;
    }

    Flood flood() {
        return flood;
    }

    /** Says where its frames are counted, before the first of them. */
    public void place(int index) {
        place = index;
    }

    int place() {
        return place;
    }

    @Override
    public void serve(int queue, EgressLanes lanes, CounterShard counters, ControlMailbox mailbox) {
        senders[queue] = new TunnelSender(this, pool, remotes, lanes, counters, mailbox);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rxQueues() {
        return 0;
    }

    @Override
    public int txQueues() {
        return senders.length;
    }

    @Override
    public int receive(int queue, Burst burst) {
        burst.bytes = 0;
        burst.size = 0;
        return 0;
    }

    /** Takes all frames: what becomes of each is counted where it ends. */
    @Override
    @HotPath
    public int transmit(int queue, long mbufs, int count) {
        senders[queue].send(mbufs, count);
        return count;
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int maxMtu() {
        return 65_535;
    }

    @Override
    public void setMtu(int bytes) {
        mtu = bytes;
    }

    @Override
    public boolean linkUp() {
        return true;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
