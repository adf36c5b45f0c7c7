// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Finds out who has a next hop, keeps frames until it knows, and keeps what it knows true: RFC
 * 4861, section 7.3, for IPv6 and, with ARP requests for solicitations, for IPv4. The only writer
 * of its {@link NeighborTable}.
 *
 * <pre>
 *              frame                      answer
 *   (nothing) -------&gt; INCOMPLETE ------------------&gt; REACHABLE &lt;--------+
 *       ^                  | no answer                   | reachable time  | answer
 *       | hold-down        v                             v  over           |
 *       +---------------- FAILED        +------------- STALE ----------&gt; PROBE
 *       ^                               | unused              used         | no answer
 *       +-------------------------------+----------------------------------+
 * </pre>
 *
 * <p>STALE and PROBE are sent to all the same. A neighbour is created by a frame that needs it, or
 * because it is watched, and by nothing else: what strangers say about themselves is not
 * remembered.
 *
 * <p>Owned by the conductor; time is the clock's, so that a test repeats exactly.
 */
public final class NeighborResolver {
    /** No MAC: not known, or not said. */
    public static final long NO_MAC = 0;

    private final NeighborConfig config;
    private final NeighborTable table;
    private final NeighborSink sink;
    private final LongSupplier clock;
    private final NeighborSender sender;
    private final Timers timers = new Timers();
    private final Map<Integer, UplinkNeighbors> uplinks = new HashMap<>();

    private int waiting;
    private long created;
    private long requests;
    private long resolved;
    private long failed;
    private long changed;
    private long evicted;
    private long ignored;
    private long noFrame;
    private long tableFull;

    /**
     * A resolver without uplinks.
     *
     * @param pool gives the frames of questions; frames that wait may come from anywhere
     * @param clock nanoseconds that never run back
     */
    public NeighborResolver(
            NeighborConfig config,
            NeighborTable table,
            FramePool pool,
            NeighborSink sink,
            LongSupplier clock) {
        this.config = config;
        this.table = table;
        this.sink = sink;
        this.clock = clock;
        this.sender = new NeighborSender(pool, sink);
    }

    /** Adds an uplink, or changes who it is; its neighbours stay. */
    public void putUplink(int uplink, UplinkIdentity identity) {
        final UplinkNeighbors known = uplinks.get(uplink);
        if (known == null) {
            uplinks.put(uplink, new UplinkNeighbors(uplink, identity));
        } else {
            known.identity = identity;
        }
    }

    /** Forgets an uplink and its neighbours; frames that wait are dropped as DEV_DOWN. */
    public void removeUplink(int uplink) {
        final UplinkNeighbors gone = uplinks.remove(uplink);
        if (gone != null) {
            gone.all().forEach(neighbor -> forget(neighbor, BurstDrop.DEV_DOWN));
        }
    }

    /**
     * Forgets what was learned of an uplink whose link went: who is there when it is back may be
     * somebody else. As the kernel does it where a carrier is lost; what is configured stays.
     */
    public void linkDown(int uplink) {
        final UplinkNeighbors link = uplinks.get(uplink);
        if (link != null) {
            link.all().stream()
                    .filter(neighbor -> neighbor.state != NeighborState.PERMANENT)
                    .forEach(neighbor -> forget(neighbor, BurstDrop.DEV_DOWN));
        }
    }

    /**
     * Watches these neighbours of an uplink and no others. They are asked for without a frame that
     * needs them, again and again where they do not answer, and asked to confirm where nobody uses
     * them; whoever fails, or answers after all, is told to the sink.
     */
    public void watch(int uplink, Set<IpAddress> addresses) {
        final UplinkNeighbors link = uplinks.get(uplink);
        link.watch(addresses).forEach(address -> begin(link, address, null));
    }

    /** Whether a neighbour is watched and has failed to answer. */
    public boolean hasFailed(int uplink, IpAddress address) {
        final UplinkNeighbors link = uplinks.get(uplink);
        return link != null && link.hasFailed(address);
    }

    private void watched(Neighbor neighbor, boolean failed) {
        if (neighbor.uplink.failed(neighbor.address, failed)) {
            sink.watchedChanged(neighbor.uplink.index, neighbor.address, failed);
        }
    }

    /** One that is watched is asked for anew; frames for it go elsewhere, and will not ask. */
    private void forgetOrAskAnew(Neighbor neighbor) {
        forget(neighbor, NeighborDrop.NEIGH_FAIL);
        if (neighbor.uplink.isWatched(neighbor.address)) {
            begin(neighbor.uplink, neighbor.address, null);
        }
    }

    /**
     * Adds a neighbour that is configured, or gives it another MAC: never asked, never forgotten,
     * and never replaced by what the wire says. What was learned before is forgotten.
     */
    public void permanent(int uplink, IpAddress address, long mac) {
        final UplinkNeighbors link = uplinks.get(uplink);
        Neighbor neighbor = link.find(address);
        if (neighbor == null) {
            neighbor = new Neighbor(link, address, created++);
        }
        link.permanent(neighbor);
        timers.cancel(neighbor);
        neighbor.state = NeighborState.PERMANENT;
        neighbor.mac = mac;
        neighbor.confirmedAt = clock.getAsLong();
        publish(neighbor);
        release(neighbor);
        watched(neighbor, false);
    }

    /** Forgets a neighbour that is configured no longer; frames that wait ask for it anew. */
    public void notPermanent(int uplink, IpAddress address) {
        final UplinkNeighbors link = uplinks.get(uplink);
        final Neighbor neighbor = link == null ? null : link.find(address);
        if (neighbor != null && neighbor.state == NeighborState.PERMANENT) {
            forgetOrAskAnew(neighbor);
        }
    }

    /**
     * Takes a frame whose next hop an lcore did not find in the table. It is handed on to the sink,
     * now or later, exactly once.
     *
     * <p>A neighbour's queue that is full loses its oldest frame, whose sender is likeliest to have
     * given up. If frames wait for too many neighbours, the new frame is lost, as any other belongs
     * to somebody else; its neighbour is asked for all the same.
     *
     * @param nextHop unicast
     * @param source source address of the frame if it is known to be its port's own, else null: it
     *     may become the sender of a question, and a false one would poison caches on the wire
     */
    public void unresolved(int uplink, IpAddress nextHop, IpAddress source, WaitingFrame frame) {
        final UplinkNeighbors link = uplinks.get(uplink);
        if (link == null) {
            sink.dropped(uplink, frame, BurstDrop.DEV_DOWN);
            return;
        }
        if (!nextHop.isNeighbor()) {
            sink.dropped(uplink, frame, NeighborDrop.NEIGH_FAIL);
            return;
        }
        Neighbor neighbor = link.find(nextHop);
        if (neighbor == null) {
            neighbor = begin(link, nextHop, source);
        } else if (source != null) {
            neighbor.sender = source;
        }
        switch (neighbor.state) {
            case INCOMPLETE -> enqueue(neighbor, frame);
            case FAILED -> sink.dropped(uplink, frame, NeighborDrop.NEIGH_FAIL);
            case REACHABLE, STALE, PROBE, PERMANENT -> {
                // Resolved while the frame was on its way here, or the table had no room.
                publish(neighbor);
                sink.resolved(uplink, frame, neighbor.mac);
            }
        }
    }

    private Neighbor begin(UplinkNeighbors link, IpAddress address, IpAddress source) {
        if (link.size() >= config.capacity()) {
            evicted++;
            forget(link.oldest(), NeighborDrop.NEIGH_QUEUE_FULL);
        }
        final Neighbor neighbor = new Neighbor(link, address, created++);
        neighbor.sender = source;
        link.addUnanswered(neighbor);
        ask(neighbor);
        return neighbor;
    }

    private void enqueue(Neighbor neighbor, WaitingFrame frame) {
        if (neighbor.waiting.size() == config.queuePerNeighbor()) {
            drop(neighbor, neighbor.waiting.remove(), NeighborDrop.NEIGH_QUEUE_FULL);
        }
        if (waiting == config.queueTotal()) {
            sink.dropped(neighbor.uplink.index, frame, NeighborDrop.NEIGH_QUEUE_FULL);
            return;
        }
        neighbor.waiting.add(frame);
        waiting++;
    }

    /**
     * Takes what a frame of the wire said about its sender, as {@link Learner} read it. Changes
     * neighbours that exist, and creates none (RFC 4861, 7.2.5; RFC 826).
     *
     * @param mac the MAC it gave, or {@link #NO_MAC} where it only confirms
     * @param solicited it answers a question of ours, so both directions work
     * @param override it replaces a MAC that was known before
     */
    public void learned(
            int uplink, IpAddress address, long mac, boolean solicited, boolean override) {
        final UplinkNeighbors link = uplinks.get(uplink);
        final Neighbor neighbor = link == null ? null : link.find(address);
        if (neighbor == null || MacAddress.isGroup(mac) || mac == link.identity.mac()) {
            ignored++;
        } else if (neighbor.state == NeighborState.PERMANENT) {
            ignored++;
        } else if (!neighbor.state.isUsable()) {
            if (mac == NO_MAC) {
                ignored++;
            } else {
                answer(neighbor, mac, solicited);
            }
        } else {
            refresh(neighbor, mac == NO_MAC ? neighbor.mac : mac, solicited, override);
        }
    }

    private void answer(Neighbor neighbor, long mac, boolean solicited) {
        resolved++;
        neighbor.mac = mac;
        publish(neighbor);
        reachable(neighbor);
        if (!solicited) {
            stale(neighbor);
        }
        release(neighbor);
        watched(neighbor, false);
    }

    private void release(Neighbor neighbor) {
        while (!neighbor.waiting.isEmpty()) {
            waiting--;
            sink.resolved(neighbor.uplink.index, neighbor.waiting.remove(), neighbor.mac);
        }
    }

    private void refresh(Neighbor neighbor, long mac, boolean solicited, boolean override) {
        final boolean same = mac == neighbor.mac;
        if (!same && !override) {
            if (neighbor.state == NeighborState.REACHABLE) {
                stale(neighbor);
            }
            return;
        }
        if (!same) {
            changed++;
            neighbor.mac = mac;
            publish(neighbor);
        }
        if (solicited) {
            reachable(neighbor);
        } else if (!same) {
            stale(neighbor);
        }
    }

    private void reachable(Neighbor neighbor) {
        neighbor.state = NeighborState.REACHABLE;
        neighbor.confirmedAt = clock.getAsLong();
        neighbor.uplink.answered(neighbor);
        wasUsed(neighbor);
        timers.arm(neighbor, neighbor.confirmedAt + config.reachable().toNanos());
    }

    private void stale(Neighbor neighbor) {
        neighbor.state = NeighborState.STALE;
        timers.arm(neighbor, clock.getAsLong() + config.delay().toNanos());
    }

    /**
     * Lets lcores find the MAC that the neighbour has now; where there is no room, their frames
     * keep coming here.
     */
    private void publish(Neighbor neighbor) {
        if (neighbor.slot != NeighborTable.NONE) {
            table.replace(neighbor.slot, neighbor.mac);
            return;
        }
        neighbor.slot = table.add(neighbor.uplink.index, neighbor.address, neighbor.mac);
        if (neighbor.slot == NeighborTable.NONE) {
            tableFull++;
        }
    }

    private boolean wasUsed(Neighbor neighbor) {
        return neighbor.slot != NeighborTable.NONE && table.takeUsed(neighbor.slot);
    }

    /**
     * Does what time asks for: questions again, gives up, forgets. Call a few times a second.
     *
     * @return neighbours that something happened to
     */
    public int tick() {
        final long now = clock.getAsLong();
        int work = table.reclaim();
        for (Neighbor due = timers.pollDue(now); due != null; due = timers.pollDue(now)) {
            expire(due, now);
            work++;
        }
        return work;
    }

    private void expire(Neighbor neighbor, long now) {
        switch (neighbor.state) {
            case INCOMPLETE -> {
                if (neighbor.requests < config.requests()) {
                    ask(neighbor);
                } else {
                    fail(neighbor, now);
                }
            }
            case REACHABLE -> {
                if (wasUsed(neighbor)) {
                    probe(neighbor);
                } else {
                    stale(neighbor);
                }
            }
            case STALE -> {
                final boolean unused = now - neighbor.confirmedAt >= config.unused().toNanos();
                if (wasUsed(neighbor) || (unused && neighbor.uplink.isWatched(neighbor.address))) {
                    probe(neighbor);
                } else if (unused) {
                    forget(neighbor, NeighborDrop.NEIGH_FAIL);
                } else {
                    stale(neighbor);
                }
            }
            case PROBE -> {
                if (neighbor.requests < config.requests()) {
                    ask(neighbor);
                } else {
                    // No hold-down: it was there, and may have moved; the next frame asks
                    // everybody.
                    failed++;
                    watched(neighbor, true);
                    forgetOrAskAnew(neighbor);
                }
            }
            case FAILED -> forgetOrAskAnew(neighbor);
            case PERMANENT -> {} // has no timer
        }
    }

    private void probe(Neighbor neighbor) {
        neighbor.state = NeighborState.PROBE;
        neighbor.requests = 0;
        ask(neighbor);
    }

    /** An unsent question counts as one: an empty pool must not keep frames waiting for ever. */
    private void ask(Neighbor neighbor) {
        neighbor.requests++;
        if (sender.ask(neighbor)) {
            requests++;
        } else {
            noFrame++;
        }
        timers.arm(neighbor, clock.getAsLong() + config.retransmit().toNanos());
    }

    private void fail(Neighbor neighbor, long now) {
        failed++;
        neighbor.state = NeighborState.FAILED;
        watched(neighbor, true);
        dropWaiting(neighbor, NeighborDrop.NEIGH_FAIL);
        timers.arm(neighbor, now + config.holdDown().toNanos());
    }

    private void forget(Neighbor neighbor, DropReason reason) {
        timers.cancel(neighbor);
        neighbor.uplink.remove(neighbor);
        if (neighbor.slot != NeighborTable.NONE) {
            table.remove(neighbor.uplink.index, neighbor.address, neighbor.slot);
            neighbor.slot = NeighborTable.NONE;
        }
        dropWaiting(neighbor, reason);
    }

    private void dropWaiting(Neighbor neighbor, DropReason reason) {
        while (!neighbor.waiting.isEmpty()) {
            drop(neighbor, neighbor.waiting.remove(), reason);
        }
    }

    private void drop(Neighbor neighbor, WaitingFrame frame, DropReason reason) {
        waiting--;
        sink.dropped(neighbor.uplink.index, frame, reason);
    }

    /** Drops what waits and forgets every uplink. */
    public void close() {
        List.copyOf(uplinks.keySet()).forEach(this::removeUplink);
    }

    /** All neighbours, for readers. */
    public List<NeighborView> view() {
        final long now = clock.getAsLong();
        final List<NeighborView> views = new ArrayList<>();
        for (UplinkNeighbors link : uplinks.values()) {
            for (Neighbor neighbor : link.all()) {
                final boolean answered = neighbor.mac != NO_MAC;
                views.add(
                        new NeighborView(
                                link.index,
                                neighbor.address,
                                neighbor.mac,
                                neighbor.state,
                                answered ? now - neighbor.confirmedAt : -1,
                                neighbor.waiting.size()));
            }
        }
        return views;
    }

    /** What has happened so far. */
    public NeighborCounters counters() {
        return new NeighborCounters(
                requests, resolved, failed, changed, evicted, ignored, noFrame, tableFull);
    }

    /** Frames that wait now. */
    public int waiting() {
        return waiting;
    }
}
