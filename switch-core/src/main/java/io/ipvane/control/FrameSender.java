// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.ipvlan.Mode;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.lcore.ControlMailbox;
import io.ipvane.packet.Ethernet;
import io.ipvane.snapshot.PortEntry;

/**
 * Carries out the verdict on a frame that came by way of the conductor, as the transmitting lcore
 * would have done: each is sent or freed and counted, exactly once.
 *
 * <p>Conductor thread only.
 */
final class FrameSender {
    private final ControlMailbox mailbox;
    private final FramePool pool;
    private final CounterShard counters;

    FrameSender(ControlMailbox mailbox, FramePool pool, CounterShard counters) {
        this.mailbox = mailbox;
        this.pool = pool;
        this.counters = counters;
    }

    /**
     * Sends a frame where its verdict says.
     *
     * @param port where to, if the verdict is to deliver it
     * @param l3 bytes before its IP header
     */
    void carryOut(SwitchModel model, PortModel from, int verdict, int port, int l3, long mbuf) {
        final UplinkModel uplink = model.uplinks().get(from.uplink());
        if (uplink == null) {
            // Removed while the frame was on its way, and its counters with it.
            pool.free(mbuf);
            return;
        }
        switch (verdict) {
            case Verdict.DELIVER -> send(model, from, port, l3, mbuf);
            case Verdict.WIRE -> send(model, from, uplink.index(), l3, mbuf);
            case Verdict.PUNT -> send(model, from, uplink.host(), l3, mbuf);
            case Verdict.FLOOD_AND_WIRE -> {
                flood(model, from, l3, mbuf);
                send(model, from, uplink.index(), l3, mbuf);
            }
            case Verdict.FLOOD_AND_PUNT -> {
                flood(model, from, l3, mbuf);
                if (uplink.host() == PortEntry.NONE) {
                    pool.free(mbuf);
                } else {
                    send(model, from, uplink.host(), l3, mbuf);
                }
            }
            case Verdict.FLOOD_WIRE_AND_PUNT -> {
                flood(model, from, l3, mbuf);
                copy(model, uplink.host(), l3, mbuf);
                send(model, from, uplink.index(), l3, mbuf);
            }
            case Verdict.WIRE_AND_PUNT -> {
                copy(model, uplink.host(), l3, mbuf);
                send(model, from, uplink.index(), l3, mbuf);
            }
            default -> drop(from.index(), mbuf, DropReason.STAGE_ERROR);
        }
    }

    /** Sends a frame by one port. */
    void send(SwitchModel model, PortModel from, int to, int l3, long mbuf) {
        final PortModel port = port(model, to);
        if (port == null) {
            drop(from.index(), mbuf, DropReason.NO_PORT);
        } else if (!port.up()) {
            drop(to, mbuf, DropReason.DEV_DOWN);
        } else if (tooLong(port, l3, mbuf)) {
            drop(to, mbuf, DropReason.MTU);
        } else if (!mailbox.send(to, mbuf)) {
            drop(to, mbuf, DropReason.RING_FULL);
        }
    }

    private static PortModel port(SwitchModel model, int index) {
        return index >= 0 && index < model.ports().size() ? model.port(index) : null;
    }

    private boolean tooLong(PortModel port, int l3, long mbuf) {
        return pool.longest(mbuf) > port.mtu() + Math.max(l3, Ethernet.LENGTH);
    }

    private void flood(SwitchModel model, PortModel from, int l3, long mbuf) {
        final long group = Ethernet.destination(pool.data(mbuf));
        for (PortModel member : model.members(from.uplink())) {
            if (member.index() != from.index()
                    && member.mode() == Mode.L2
                    && member.groups().passes(group)) {
                copy(model, member.index(), l3, mbuf);
            }
        }
    }

    private void copy(SwitchModel model, int to, int l3, long mbuf) {
        final PortModel port = port(model, to);
        if (port == null || !port.up()) {
            return;
        }
        if (tooLong(port, l3, mbuf)) {
            count(to, DropReason.MTU);
            return;
        }
        final long copy = pool.replicate(mbuf);
        if (copy == 0) {
            count(to, DropReason.MCAST_RING_FULL);
        } else if (!mailbox.send(to, copy)) {
            drop(to, copy, DropReason.MCAST_RING_FULL);
        }
    }

    /** Ends a frame, counted at a port. */
    void drop(int port, long mbuf, DropReason reason) {
        count(port, reason);
        pool.free(mbuf);
    }

    private void count(int port, DropReason reason) {
        counters.add(port, PortCounter.COUNT + reason.ordinal(), 1);
    }
}
