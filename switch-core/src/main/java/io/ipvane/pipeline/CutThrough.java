// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.burst.LaneOwner;
import io.ipvane.burst.Row;
import io.ipvane.burst.Stage;
import io.ipvane.burst.TxLanes;
import io.ipvane.egress.EgressRules;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.memory.Memory;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.AddressTable;
import io.ipvane.tunnel.Encap;
import io.ipvane.tunnel.RemoteTable;

/**
 * The shortest way through the switch, for what nearly every burst is: unicast frames of one
 * family, each for one port that takes it as it is. Look up, decide, rewrite and enqueue in one
 * loop without calls. Frames that this loop cannot decide get a second look one by one, and what is
 * left then stays in the burst, for the stages behind this one, which do the same in more steps and
 * everything else besides.
 *
 * <p>Only where one lcore runs and transmits, and transmits each burst before it runs the next.
 * Frames keep their order within a flow. Address, facts and verdict are the same for all frames of
 * a flow, so that one of them stays in the burst only if all do. Only the length is each frame's
 * own: the first loop ends at a frame that is longer than its receiver's limit, the second measures
 * its segments, and where these do not fit either it ends too, and all the rest stays.
 *
 * <p>A burst with a group frame or a question is left alone as a whole, as their copies and answers
 * must not be overtaken; so is one that {@link Burst#whole} says it of, and all that comes in where
 * ports of different modes share an uplink.
 *
 * <p>Justified by measurement: with it the whole switch forwards a tenth more frames from the wire
 * to ports, and 0.9 of what C does between ports, where one look at a source serves a burst
 * (net_ring, 1,000 addresses).
 */
@HotPath
final class CutThrough implements Stage {
    /** Stands for a source where any will do. */
    private static final long ANY = -1;

    /** Stands for a source that no frame has. */
    private static final long NONE = -2;

    /** A burst with one of these goes the whole way. */
    private static final int NOT_SHORT = Facts.GROUP | Facts.SOLICIT | Facts.DISCARD | Facts.CLAIM;

    /** Stands for a lane that this frame is too long for, unless its segments are measured. */
    private static final int TOO_LONG = -2;

    private final LaneOwner owner;
    private final FramePool pool;
    private final Encap encap;

    CutThrough(LaneOwner owner, FramePool pool, Encap encap) {
        this.owner = owner;
        this.pool = pool;
        this.encap = encap;
    }

    @Override
    public void process(Burst burst) {
        if (burst.whole || burst.families == Burst.NO_KEY || (burst.anyFacts & NOT_SHORT) != 0) {
            return;
        }
        final ForwardingSnapshot snapshot = (ForwardingSnapshot) burst.snapshot;
        final PortEntry ingress = snapshot.entry(burst.ingress);
        if (ingress.verdictsToRouted != null) {
            return;
        }
        final TxLanes lanes = owner.makeRoom(burst);
        final int size = burst.size;
        // Were this loop to fail, by a defect of ours, frames would be lost, but none sent twice.
        burst.size = 0;
        burst.keep(
                burst.families == Burst.KEY_IPV4
                        ? ipv4(burst, size, ingress, snapshot, lanes)
                        : ipv6(burst, size, ingress, snapshot, lanes));
    }

    /** Frames that stay in the burst, as bits. */
    private long ipv4(
            Burst burst, int size, PortEntry ingress, ForwardingSnapshot snapshot, TxLanes lanes) {
        final AddressTable table = snapshot.addresses();
        final int domain = ingress.segment.domain();
        final long rows = burst.rows;
        table.start4(domain, rows + Row.KEY0, rows + Row.SLOT, rows + Row.PORT, Row.BYTES, size);
        final long good =
                ingress.antispoof ? goodSource4(burst.row(0), domain, ingress, table) : ANY;
        long open = first4(burst, size, ingress, good, lanes);
        if (open != 0) {
            owners4(burst, open, domain, table, snapshot.remotes());
        }
        long rest = 0;
        for (; open != 0; open &= open - 1) {
            final int i = Long.numberOfTrailingZeros(open);
            final long row = burst.row(i);
            if (good != ANY
                    && Row.source0(row) != good
                    && table.find4(domain, (int) Row.source0(row)) != ingress.index) {
                rest |= 1L << i;
                continue;
            }
            final int to = second(row, Row.port(row), ingress, snapshot, lanes);
            if (to == TOO_LONG) {
                return rest | open;
            }
            if (to < 0) {
                rest |= 1L << i;
            } else {
                lanes.use(1L << to);
            }
        }
        return rest;
    }

    /** Sends on what one probe decides; the others as bits. */
    private static long first4(Burst burst, int size, PortEntry ingress, long good, TxLanes lanes) {
        final int domain = ingress.segment.domain();
        final boolean inside = ingress.role != PortEntry.Role.UPLINK;
        final long own = wireMac(ingress.segment.mac());
        final byte[] verdicts = ingress.verdicts;
        final boolean checked = good != ANY;
        long open = 0;
        long used = 0;
        for (int i = 0; i < size; i++) {
            final long row = burst.row(i);
            final int port = peek4(row, domain);
            if (port == AddressTable.UNSETTLED || (checked && Row.source0(row) != good)) {
                open |= 1L << i;
                continue;
            }
            final int to = forward(row, port, domain, verdicts, inside, own, lanes);
            if (to >= 0) {
                used |= 1L << to;
            } else if (to == TOO_LONG) {
                open |= from(i, size);
                break;
            } else {
                open |= 1L << i;
            }
        }
        lanes.use(used);
        return open;
    }

    /** Writes the port columns of those frames, and sends for what their remotes need. */
    private static void owners4(
            Burst burst, long some, int domain, AddressTable table, RemoteTable remotes) {
        for (long left = some; left != 0; left &= left - 1) {
            final long row = burst.row(Long.numberOfTrailingZeros(left));
            Row.port(row, owner4(row, domain, table));
        }
        if (remotes != null) {
            remotes.touch(burst.rows, some, burst.rows + Row.OWNER);
        }
    }

    private static int peek4(long row, int domain) {
        return AddressTable.peek4(Row.slot(row), domain, Row.key0(row));
    }

    private static int owner4(long row, int domain, AddressTable table) {
        final int port = peek4(row, domain);
        return port == AddressTable.UNSETTLED
                ? table.resume4(Row.slot(row), domain, Row.key0(row))
                : port;
    }

    /** As {@link #ipv4}. */
    private long ipv6(
            Burst burst, int size, PortEntry ingress, ForwardingSnapshot snapshot, TxLanes lanes) {
        final AddressTable table = snapshot.addresses();
        final int domain = ingress.segment.domain();
        final long rows = burst.rows;
        table.start6(
                domain,
                rows + Row.KEY0,
                rows + Row.KEY1,
                rows + Row.SLOT,
                rows + Row.PORT,
                Row.BYTES,
                size);
        final boolean trusted =
                !ingress.antispoof || goodSource6(burst.row(0), domain, ingress, table);
        long open = trusted ? first6(burst, size, ingress, lanes) : from(0, size);
        if (open != 0) {
            owners6(burst, open, domain, table, snapshot.remotes());
        }
        long rest = 0;
        for (; open != 0; open &= open - 1) {
            final int i = Long.numberOfTrailingZeros(open);
            final long row = burst.row(i);
            if (ingress.antispoof && !goodSource6(row, domain, ingress, table)) {
                rest |= 1L << i;
                continue;
            }
            final int to = second(row, Row.port(row), ingress, snapshot, lanes);
            if (to == TOO_LONG) {
                return rest | open;
            }
            if (to < 0) {
                rest |= 1L << i;
            } else {
                lanes.use(1L << to);
            }
        }
        return rest;
    }

    private static long first6(Burst burst, int size, PortEntry ingress, TxLanes lanes) {
        final int domain = ingress.segment.domain();
        final boolean inside = ingress.role != PortEntry.Role.UPLINK;
        final long own = wireMac(ingress.segment.mac());
        final byte[] verdicts = ingress.verdicts;
        final boolean checked = ingress.antispoof;
        final long goodHigh = Row.source0(burst.row(0));
        final long goodLow = Row.source1(burst.row(0));
        long open = 0;
        long used = 0;
        for (int i = 0; i < size; i++) {
            final long row = burst.row(i);
            final int port = peek6(row, domain);
            if (port == AddressTable.UNSETTLED
                    || (checked && (Row.source0(row) != goodHigh || Row.source1(row) != goodLow))) {
                open |= 1L << i;
                continue;
            }
            final int to = forward(row, port, domain, verdicts, inside, own, lanes);
            if (to >= 0) {
                used |= 1L << to;
            } else if (to == TOO_LONG) {
                open |= from(i, size);
                break;
            } else {
                open |= 1L << i;
            }
        }
        lanes.use(used);
        return open;
    }

    /** As {@link #owners4}. */
    private static void owners6(
            Burst burst, long some, int domain, AddressTable table, RemoteTable remotes) {
        for (long left = some; left != 0; left &= left - 1) {
            final long row = burst.row(Long.numberOfTrailingZeros(left));
            Row.port(row, owner6(row, domain, table));
        }
        if (remotes != null) {
            remotes.touch(burst.rows, some, burst.rows + Row.OWNER);
        }
    }

    private static int peek6(long row, int domain) {
        return AddressTable.peek6(Row.slot(row), domain, Row.key0(row), Row.key1(row));
    }

    private static int owner6(long row, int domain, AddressTable table) {
        final int port = peek6(row, domain);
        return port == AddressTable.UNSETTLED
                ? table.resume6(Row.slot(row), domain, Row.key0(row), Row.key1(row))
                : port;
    }

    /**
     * The source of the first frame if it belongs to the port that the burst came in by, else a
     * value that no frame has: a port has few addresses, so that one look serves nearly all.
     */
    private static long goodSource4(long row, int domain, PortEntry ingress, AddressTable table) {
        final long source = Row.source0(row);
        return table.find4(domain, (int) source) == ingress.index ? source : NONE;
    }

    private static boolean goodSource6(
            long row, int domain, PortEntry ingress, AddressTable table) {
        return table.find6(domain, Row.source0(row), Row.source1(row)) == ingress.index;
    }

    /** Frame {@code i} and all behind it, as bits. */
    private static long from(int i, int size) {
        return -1L >>> (Burst.MAX - size) & -1L << i;
    }

    /**
     * As {@link #forward}, for remotes too, and with a closer look at what is longer than the
     * lane's limit.
     */
    private int second(
            long row, int port, PortEntry ingress, ForwardingSnapshot snapshot, TxLanes lanes) {
        if (RemoteTable.isRemote(port)) {
            return toRemote(row, port, ingress, snapshot, lanes);
        }
        final int wire = ingress.segment.exit();
        final byte[] verdicts = ingress.verdicts;
        final boolean inside = ingress.role != PortEntry.Role.UPLINK;
        final long own = wireMac(ingress.segment.mac());
        final int to = forward(row, port, wire, verdicts, inside, own, lanes);
        if (to != TOO_LONG) {
            return to;
        }
        final int verdict = verdict(row, port, verdicts);
        final int egress = verdict == Verdict.WIRE ? wire : port;
        if (EgressRules.judge(ingress, snapshot.entry(egress), row, pool) != EgressRules.SEND) {
            return TOO_LONG;
        }
        return send(row, egress, verdict, inside, own, lanes);
    }

    /** As {@link #forward}, for what a port sends to a remote; egress does what is not ready. */
    private int toRemote(
            long row, int remote, PortEntry ingress, ForwardingSnapshot snapshot, TxLanes lanes) {
        final int length = Row.length(row);
        final long mbuf = Row.mbuf(row);
        if (ingress.role == PortEntry.Role.UPLINK
                || verdict(row, remote, ingress.verdicts) != Verdict.DELIVER) {
            return AddressTable.NONE;
        }
        if (pool.longest(mbuf) < length) {
            return TOO_LONG;
        }
        encap.select(remote, snapshot.remotes());
        final int uplink = encap.uplink();
        if (!encap.isReady(length) || !lanes.isOpen(uplink)) {
            return AddressTable.NONE;
        }
        encap.look(row);
        rewrite(Row.data(row), Verdict.WIRE, wireMac(ingress.segment.mac()));
        if (encap.put(mbuf, ingress.segment.exit()) != Encap.DONE) {
            return AddressTable.NONE;
        }
        lanes.add(uplink, mbuf, pool.length(mbuf));
        return uplink;
    }

    /**
     * The port in whose lane the frame is now; below zero nothing has happened: {@link #TOO_LONG},
     * or {@link AddressTable#NONE} where no lane takes it.
     */
    private static int forward(
            long row,
            int port,
            int wire,
            byte[] verdicts,
            boolean inside,
            long own,
            TxLanes lanes) {
        final int verdict = verdict(row, port, verdicts);
        final int to = verdict == Verdict.WIRE ? wire : port;
        if (verdict > Verdict.WIRE) {
            return AddressTable.NONE;
        }
        if (!lanes.takes(to, Row.length(row))) {
            return lanes.isOpen(to) ? TOO_LONG : AddressTable.NONE;
        }
        return send(row, to, verdict, inside, own, lanes);
    }

    private static int verdict(long row, int port, byte[] verdicts) {
        final int facts = Row.facts(row) | (~port >>> (Integer.SIZE - 1)) * Facts.KNOWN;
        return verdicts[facts & Facts.MASK];
    }

    private static int send(
            long row, int to, int verdict, boolean inside, long own, TxLanes lanes) {
        if (inside) {
            rewrite(Row.data(row), verdict, own);
        }
        lanes.add(to, Row.mbuf(row), Row.length(row));
        return to;
    }

    /**
     * The shared MAC as source; also as destination for a sibling, whose stack takes nothing else.
     * Two words that overlap in the source are fewer instructions than six bytes twice.
     */
    private static void rewrite(long frame, int verdict, long own) {
        final long sourceAndType = Memory.i64(frame, 6);
        Memory.put64(frame, 6, (sourceAndType & 0xFFFF_0000_0000_0000L) | own);
        if (verdict == Verdict.DELIVER) {
            Memory.put64(frame, 0, own | (own << 48));
        }
    }

    /** A MAC address in the low 48 bits of a native word, as a load from the wire has it. */
    private static long wireMac(long mac) {
        return Long.reverseBytes(mac) >>> 16;
    }
}
