// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.LaneOwner;
import io.ipvane.burst.LastError;
import io.ipvane.burst.Row;
import io.ipvane.burst.Stage;
import io.ipvane.burst.TxLanes;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import io.ipvane.device.Device;
import io.ipvane.egress.EgressRules;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.memory.Memory;
import io.ipvane.neighbor.Learner;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.Ipv4;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.UplinkEntry;
import java.lang.foreign.Arena;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;

/**
 * Carries verdicts out: every frame of a burst ends here in a queue, with the conductor, or freed
 * and counted; exactly one of them. Frames are taken strictly one after the other, so that none
 * overtakes an earlier one. Group frames are replicated in line (spec TX-13): no shared backlog
 * exists.
 *
 * <p>Owned by the lcore that transmits; the only producer of its tx queues.
 */
@HotPath
final class Transmitter implements Stage, LaneOwner {
    private static final int SENDS_A_TURN = 64;

    private final Arena arena;
    private final int queue;
    private final TxBuffer[] buffers;
    private final FramePool pool;
    private final CounterShard counters;
    private final ControlMailbox mailbox;
    private final Fragmenter fragmenter;
    private final Learner learner = new Learner();
    private final MessageHandler sender = this::send;
    private final LastError lastError = new LastError();
    private final long dropped;
    private int droppedCount;

    private final TxLanes lanes;

    /** Memory of the buffer that a port's index had before, or 0; the attaching thread's. */
    private final long[] blocks;

    /** No buffer stands at this index or above. */
    private int end;

    /** Frames added since the last flush, and those of the burst under way: no buffer gets more. */
    private int added;

    /** Of which snapshot the limits of the buffers are; its generation. */
    private long limitsOf = Long.MIN_VALUE;

    /** Frame that is still ours; those before it are not. */
    private int cursor;

    /**
     * Sends nowhere yet.
     *
     * @param arena lives longer
     * @param ports how many ports there may be
     * @param queue tx queue of this lcore on each of them
     * @param mailbox to the conductor; frames for sending come back by it if {@code sends} is
     *     called
     */
    Transmitter(
            Arena arena,
            int ports,
            int queue,
            FramePool pool,
            CounterShard counters,
            ControlMailbox mailbox) {
        this.arena = arena;
        this.queue = queue;
        this.buffers = new TxBuffer[ports];
        this.blocks = new long[ports];
        this.lanes = new TxLanes(arena, ports);
        this.pool = pool;
        this.counters = counters;
        this.mailbox = mailbox;
        this.fragmenter = new Fragmenter(arena, pool);
        this.dropped = arena.allocate(Burst.MAX * 8L, 64).address();
    }

    /**
     * A buffer for {@link #attach}, made by the thread that attaches devices, so that the lcore
     * need not allocate. Nothing stands at this index.
     */
    TxBuffer prepare(int port, Device device) {
        if (blocks[port] == 0) {
            blocks[port] = TxBuffer.memory(arena);
        }
        return new TxBuffer(blocks[port], lanes, device, queue, port, pool, counters);
    }

    /** Sends by a device from now on. */
    void attach(TxBuffer buffer) {
        buffers[buffer.port()] = buffer;
        end = Math.max(end, buffer.port() + 1);
        limitsOf = Long.MIN_VALUE;
    }

    /** Sends what waits for a device, and nothing more by it; no harm where there is none. */
    void detach(int port) {
        if (buffers[port] != null) {
            buffers[port].flush();
            buffers[port] = null;
            lanes.limit(port, TxLanes.NOT_UNSEEN);
        }
    }

    /** Ends the burst: afterwards it is empty and pins no snapshot. */
    @Override
    public void process(Burst burst) {
        cursor = 0;
        try {
            carryOut(burst);
        } catch (RuntimeException | Error e) {
            lastError.set(e);
            abandon(burst);
        }
        if (droppedCount > 0) {
            pool.free(dropped, droppedCount);
            droppedCount = 0;
        }
        burst.clear();
    }

    private void carryOut(Burst burst) {
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        final PortEntry ingress = snapshot.entry(burst.ingress);
        if (ingress.role == PortEntry.Role.UPLINK && ingress.uplink.learns()) {
            learn(burst, ingress);
        }
        makeRoom(burst);
        final int size = burst.size;
        while ((cursor = unicast(burst, cursor, ingress.uplink.index())) < size) {
            other(burst, cursor, snapshot, ingress);
            cursor++;
            keepRoom();
        }
    }

    /** A frame may have become many: there must be room yet for the rest of its burst, unseen. */
    private void keepRoom() {
        if (added > TxBuffer.CAPACITY) {
            flush();
            added = Burst.MAX;
        }
    }

    /**
     * Makes the lanes ready for one more burst: none can become too full by it, and their limits
     * are those of its snapshot.
     */
    @Override
    public TxLanes makeRoom(Burst burst) {
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        if (snapshot.generation() != limitsOf) {
            setLimits(snapshot);
        }
        if (added > TxBuffer.CAPACITY - Burst.MAX) {
            flush();
        }
        added += burst.size;
        return lanes;
    }

    private void setLimits(ForwardingSnapshot snapshot) {
        for (int i = 0; i < end; i++) {
            final PortEntry to = snapshot.entry(i);
            final boolean plain = to != null && to.up && buffers[i] != null;
            lanes.limit(i, plain ? to.maxFrame : TxLanes.NOT_UNSEEN);
        }
        limitsOf = snapshot.generation();
    }

    /**
     * Sends on what nearly every frame is: for one port that is there, up and takes its length. A
     * loop without calls. It ends at the first frame that is something else, because no later one
     * may overtake that.
     *
     * @param first frame to begin with
     * @return the frame that it ended at, or how many there are
     */
    private int unicast(Burst burst, int first, int wire) {
        final TxLanes out = lanes;
        final int size = burst.size;
        long used = 0;
        int i = first;
        for (; i < size; i++) {
            cursor = i;
            final long row = burst.row(i);
            final int verdict = Row.verdict(row);
            final int to = verdict == Verdict.WIRE ? wire : Row.port(row);
            final int length = Row.length(row);
            if (verdict > Verdict.WIRE || !out.takes(to, length)) {
                break;
            }
            out.add(to, Row.mbuf(row), length);
            used |= 1L << to;
        }
        out.use(used);
        return i;
    }

    private void other(Burst burst, int i, ForwardingSnapshot snapshot, PortEntry ingress) {
        final int verdict = burst.verdict(i);
        final UplinkEntry uplink = ingress.uplink;
        switch (verdict) {
            case Verdict.DELIVER -> enqueue(burst, i, snapshot.entry(burst.port(i)), ingress);
            case Verdict.WIRE -> enqueue(burst, i, snapshot.entry(uplink.index()), ingress);
            case Verdict.PUNT -> enqueue(burst, i, snapshot.entry(uplink.host()), ingress);
            case Verdict.FLOOD_AND_WIRE -> {
                flood(burst, i, snapshot, ingress);
                enqueue(burst, i, snapshot.entry(uplink.index()), ingress);
            }
            case Verdict.FLOOD_AND_PUNT -> {
                flood(burst, i, snapshot, ingress);
                toHostOrNowhere(burst, i, snapshot, ingress);
            }
            case Verdict.FLOOD_WIRE_AND_PUNT -> {
                flood(burst, i, snapshot, ingress);
                copyTo(burst, i, snapshot.entry(uplink.host()), ingress);
                enqueue(burst, i, snapshot.entry(uplink.index()), ingress);
            }
            case Verdict.WIRE_AND_PUNT -> {
                copyTo(burst, i, snapshot.entry(uplink.host()), ingress);
                enqueue(burst, i, snapshot.entry(uplink.index()), ingress);
            }
            case Verdict.RESOLVE -> resolve(burst, i, snapshot.entry(uplink.index()), ingress);
            case Verdict.CONTROL -> control(burst, i, snapshot, ingress);
            case Verdict.LEARN -> raw(burst, i, ingress);
            case Verdict.CONSUMED -> {
                // Somebody else frees it.
            }
            default -> {
                final int reason =
                        Verdict.isDrop(verdict)
                                ? Verdict.reasonOrdinal(verdict, burst.reason(i))
                                : DropReason.STAGE_ERROR.ordinal();
                count(ingress.index, reason);
                if (!mayTell(ingress, reason)
                        || !mailbox.dropped(ingress.index, reason, 0, burst.mbuf(i))) {
                    discard(burst.mbuf(i));
                }
            }
        }
    }

    /** Hands the frame itself over; the reason of a refusal is counted where it arises. */
    private void enqueue(Burst burst, int i, PortEntry to, PortEntry ingress) {
        final TxBuffer buffer = to == null ? null : buffer(to.index);
        if (buffer == null) {
            drop(burst, i, ingress.index, DropReason.NO_PORT.ordinal());
        } else if (!to.up) {
            drop(burst, i, to.index, DropReason.DEV_DOWN.ordinal());
        } else if (tooLong(burst, i, to, ingress)) {
            final int fragments = split(burst, i, to, ingress);
            for (int k = 0; k < fragments; k++) {
                final long fragment = fragmenter.fragment(k);
                added++;
                buffer.add(fragment, pool.length(fragment));
            }
            if (fragments > 0) {
                discard(burst.mbuf(i));
            }
        } else {
            buffer.add(burst.mbuf(i), burst.length(i));
        }
    }

    /**
     * Splits a frame that is too long for where it goes (spec TX-32), or else ends it: it is
     * dropped and its sender may be told what would have fitted (COR-17).
     *
     * @return fragments, which the caller has to send before it discards the frame; 0: it is done
     */
    private int split(Burst burst, int i, PortEntry to, PortEntry ingress) {
        final long mbuf = burst.mbuf(i);
        final int mtu = to.maxFrame - Ethernet.LENGTH;
        // A switch does not meddle with packets; where one end is routed for, it is a router.
        final boolean packet =
                (burst.facts(i) & Facts.IP) != 0 && (isRouted(ingress) || isRouted(to));
        final int fragments =
                packet && ingress.splits(to.role) && burst.etherType(i) == Ethernet.TYPE_IPV4
                        ? fragmenter.split(mbuf, burst.l3(i), mtu)
                        : 0;
        if (fragments > 0) {
            return fragments;
        }
        final int reason = DropReason.MTU.ordinal();
        count(to.index, reason);
        if (!packet
                || !mayTell(ingress, reason)
                || !mailbox.dropped(ingress.index, reason, mtu, mbuf)) {
            discard(mbuf);
        }
        return 0;
    }

    private static boolean isRouted(PortEntry end) {
        return end.routed && end.role == PortEntry.Role.PORT;
    }

    /** Whether a drop is one that the sender of the frame may have to hear of. */
    private static boolean mayTell(PortEntry ingress, int reason) {
        return (ingress.told >>> reason & 1) != 0;
    }

    /** The buffer of a port, or null where this lcore may not send by it. */
    private TxBuffer buffer(int port) {
        return port < buffers.length ? buffers[port] : null;
    }

    /**
     * Tags that parse has skipped do not count; a frame that it could not read has none. Of one
     * that will be split into segments these are measured (spec OFF-4), which few frames have to
     * ask.
     */
    private boolean tooLong(Burst burst, int i, PortEntry to, PortEntry ingress) {
        final int most = EgressRules.longest(ingress, to, burst.l3(i));
        return burst.length(i) > most && pool.longest(burst.mbuf(i)) > most;
    }

    /** A group frame has done its duty with the ports even where there is no host port. */
    private void toHostOrNowhere(
            Burst burst, int i, ForwardingSnapshot snapshot, PortEntry ingress) {
        final PortEntry host = snapshot.entry(ingress.uplink.host());
        if (host == null) {
            discard(burst.mbuf(i));
        } else {
            enqueue(burst, i, host, ingress);
        }
    }

    /** One copy to every other member whose filter passes (spec RX-4, TX-10). */
    private void flood(Burst burst, int i, ForwardingSnapshot snapshot, PortEntry ingress) {
        final int[] members = ingress.uplink.members();
        final long group = Ethernet.destination(burst.data(i));
        for (int k = 0; k < members.length; k++) {
            final PortEntry to = snapshot.entry(members[k]);
            if (to != null && to.index != ingress.index && to.up && to.groups.passes(group)) {
                copyTo(burst, i, to, ingress);
            }
        }
    }

    private void copyTo(Burst burst, int i, PortEntry to, PortEntry ingress) {
        final TxBuffer buffer = to == null || !to.up ? null : buffer(to.index);
        if (buffer == null) {
            return;
        }
        if (tooLong(burst, i, to, ingress)) {
            count(to.index, DropReason.MTU.ordinal());
            return;
        }
        final long copy = pool.replicate(burst.mbuf(i));
        if (copy == 0) {
            count(to.index, DropReason.MCAST_RING_FULL.ordinal());
        } else {
            added++;
            buffer.addCopy(copy, burst.length(i));
        }
    }

    /** The frame comes back by {@link #send}, which knows no columns: its length is judged here. */
    private void resolve(Burst burst, int i, PortEntry wire, PortEntry ingress) {
        if (tooLong(burst, i, wire, ingress)) {
            final int fragments = split(burst, i, wire, ingress);
            for (int k = 0; k < fragments; k++) {
                if (!unresolved(burst, i, ingress, fragmenter.fragment(k))) {
                    count(ingress.index, DropReason.NEIGH_QUEUE_FULL.ordinal());
                    fragmenter.free(k, fragments);
                    break;
                }
            }
            if (fragments > 0) {
                discard(burst.mbuf(i));
            }
        } else if (!unresolved(burst, i, ingress, burst.mbuf(i))) {
            drop(burst, i, ingress.index, DropReason.NEIGH_QUEUE_FULL.ordinal());
        }
    }

    private boolean unresolved(Burst burst, int i, PortEntry ingress, long mbuf) {
        return mailbox.unresolved(
                ingress.uplink.index(),
                ingress.index,
                burst.family(i),
                burst.nextHop0(i),
                burst.nextHop1(i),
                askerOf(burst, i, ingress),
                mbuf);
    }

    /**
     * To the conductor. Where it cannot keep up, the plain verdict must do; but a port is held to
     * its rate of DHCP, which would reach a server under a false name then.
     */
    private void control(Burst burst, int i, ForwardingSnapshot snapshot, PortEntry ingress) {
        final int verdict = burst.reason(i);
        if (mailbox.snooped(ingress.index, verdict, burst.port(i), burst.l3(i), burst.mbuf(i))) {
            return;
        }
        if (ingress.role == PortEntry.Role.PORT && isUdp4(burst, i)) {
            drop(burst, i, ingress.index, DropReason.POLICED.ordinal());
        } else {
            burst.verdict(i, verdict);
            other(burst, i, snapshot, ingress);
        }
    }

    /** To the conductor as it came in; what is too much for it is not let through unseen. */
    private void raw(Burst burst, int i, PortEntry ingress) {
        final long mbuf = burst.mbuf(i);
        if (!mailbox.snooped(ingress.index, Verdict.LEARN, PortEntry.NONE, burst.l3(i), mbuf)) {
            drop(burst, i, ingress.index, DropReason.POLICED.ordinal());
        }
    }

    private static boolean isUdp4(Burst burst, int i) {
        return burst.etherType(i) == Ethernet.TYPE_IPV4
                && Ipv4.protocol(burst.data(i) + burst.l3(i)) == Ipv4.PROTOCOL_UDP;
    }

    /** On whose behalf a question may be asked; a source that may be forged would poison caches. */
    private static int askerOf(Burst burst, int i, PortEntry ingress) {
        return ingress.antispoof && burst.family(i) == Burst.KEY_IPV4 ? (int) burst.source0(i) : 0;
    }

    /** What is dropped teaches nothing; a row that holds our own answer is for the asker. */
    private void learn(Burst burst, PortEntry ingress) {
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if (burst.port(i) != ingress.index
                    && !Verdict.isDrop(burst.verdict(i))
                    && learner.read(burst, i)) {
                mailbox.learned(
                        ingress.uplink.index(),
                        learner.family(),
                        learner.address0(),
                        learner.address1(),
                        learner.mac(),
                        learner.solicited(),
                        learner.override());
            }
        }
    }

    private void drop(Burst burst, int i, int port, int reason) {
        count(port, reason);
        discard(burst.mbuf(i));
    }

    private void discard(long mbuf) {
        Memory.put64(dropped + 8L * droppedCount++, mbuf);
    }

    private void count(int port, int reason) {
        counters.add(port, PortCounter.COUNT + reason, 1);
    }

    /**
     * After a defect: what nobody has taken yet is freed, so that nothing leaks. A frame is taken
     * by the last step of its turn, so the one at which the exception arose is still ours.
     */
    private void abandon(Burst burst) {
        for (int i = cursor; i < burst.size; i++) {
            drop(burst, i, burst.ingress, DropReason.STAGE_ERROR.ordinal());
        }
    }

    /** Sends what the conductor asked for. Only one lcore of a topology calls this. */
    int sends() {
        return mailbox.sends(sender, SENDS_A_TURN);
    }

    private void send(int type, DirectBuffer buffer, int at, int length) {
        final int port = buffer.getInt(at);
        final long mbuf = buffer.getLong(at + 8);
        final TxBuffer out = buffer(port);
        if (out == null) {
            count(port, DropReason.NO_PORT.ordinal());
            pool.free(mbuf);
        } else {
            added++;
            out.add(mbuf, pool.length(mbuf));
        }
    }

    /** Says and forgets the most recent exception, or null. Any thread. */
    Throwable takeLastError() {
        return lastError.take();
    }

    /** Ends a turn: nothing waits in a buffer afterwards. */
    void flush() {
        for (long left = lanes.takeUsed(); left != 0; left &= left - 1) {
            for (int i = Long.numberOfTrailingZeros(left); i < end; i += Long.SIZE) {
                if (buffers[i] != null) {
                    buffers[i].flush();
                }
            }
        }
        added = 0;
    }
}
