// SPDX-License-Identifier: Apache-2.0
package io.ipvane.learn;

import io.ipvane.burst.Burst;
import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.model.PortModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.pipeline.Parser;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.table.AddressTable;
import io.ipvane.upcall.ControlMailbox;
import io.ipvane.upcall.FrameInjector;
import io.ipvane.upcall.Mailboxes;
import io.ipvane.upcall.Upcall;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Frames that antispoof has refused at ports whose interface tells its addresses. The address may
 * have been added a moment ago: its program sends from it as soon as {@code ip addr add} returns,
 * and the news of it is only on its way. So the interface is looked at, and then an lcore decides
 * about the frame anew, as if it had only just come in. Frames of a port that is so new that its
 * interface has not told anything yet wait until it has.
 *
 * <p>All frames that came before a look are judged after it, in the order in which they came. Those
 * that come when the address has just become known may go first, as those do that come when a
 * neighbour has just answered.
 *
 * <p>A port that lies pays for itself: it may have {@link ControlMailbox#ASKED_A_PORT} frames here,
 * and each that is refused again counts for as long as {@value #REPAID_A_SECOND} a second are
 * forgiven; what is beyond is refused by lcores, as without all this. Looks are one at a time, for
 * all ports.
 *
 * <p>Conductor thread only.
 */
public final class SourceUpcall implements Upcall, ControlMailbox.Asker {
    static final int REPAID_A_SECOND = 64;

    /** Addresses of one port that the kernel is asked for in one look. */
    static final int SOURCES_OF_A_LOOK = 16;

    /** How long frames wait for a look, or for the interface of a new port. */
    static final long PATIENCE = Duration.ofSeconds(1).toNanos();

    private record Waiting(int lcore, int port, long since, long mbuf) {}

    private final LearnSink sink;
    private final Mailboxes mailboxes;
    private final FramePool pool;
    private final FrameInjector injector;
    private final LongSupplier clock;
    private final Arena arena = Arena.ofShared();
    private final Burst burst = new Burst(arena);

    /** For the next look. */
    private final Queue<Waiting> fresh = new ArrayDeque<>();

    /** For the look that is on. */
    private final Queue<Waiting> asked = new ArrayDeque<>();

    /** Ports whose interface has told all that there was when the watch of it began. */
    private final Set<Integer> told = new HashSet<>();

    /** Frames that were refused again, by port. */
    private final Map<Integer, Integer> debts = new HashMap<>();

    private InterfaceLook look;
    private long ticket;
    private long lookSince;
    private boolean answered;

    /**
     * Nothing waits yet, and nobody looks.
     *
     * @param mailboxes are told when a port may ask again
     * @param clock nanoseconds that never run back
     */
    public SourceUpcall(
            LearnSink sink,
            Mailboxes mailboxes,
            FramePool pool,
            FrameInjector injector,
            LongSupplier clock) {
        this.sink = sink;
        this.mailboxes = mailboxes;
        this.pool = pool;
        this.injector = injector;
        this.clock = clock;
    }

    /** Says who looks; without anybody every frame is judged by what is known. */
    public void onLook(InterfaceLook listener) {
        look = listener;
    }

    /** The interface of a port has told all that there was when its watch began. */
    public void told(int port) {
        told.add(port);
    }

    /** What a look has found has been told; one that was given up comes too late. */
    public void looked(long which) {
        answered |= which == ticket;
    }

    /** Of a port that has an interface: others are believed, or not, for what they say. */
    @Override
    public int wants(int index) {
        final PortModel port = sink.model().port(index);
        return port.role() == PortEntry.Role.PORT
                        && port.hasInterface()
                        && sink.model().segmentOf(index).options().antispoof()
                ? PortEntry.ASK_SOURCES
                : 0;
    }

    /** Judges what was asked about, and asks about what has come since. */
    @Override
    public int doWork() {
        if (asked.isEmpty() && fresh.isEmpty()) {
            return 0;
        }
        final ForwardingSnapshot snapshot = sink.snapshot();
        final long now = clock.getAsLong();
        int work = 0;
        if (!asked.isEmpty() && (answered || now - lookSince >= PATIENCE)) {
            work += judge(asked, snapshot);
        }
        if (look == null) {
            work += judge(fresh, snapshot);
        } else if (asked.isEmpty() && !fresh.isEmpty()) {
            look(snapshot, now);
        }
        return work;
    }

    @Override
    public void asked(int lcore, int ingress, long mbuf) {
        fresh.add(new Waiting(lcore, ingress, clock.getAsLong(), mbuf));
    }

    private void look(ForwardingSnapshot snapshot, long now) {
        final Map<Integer, Set<IpAddress>> sources = new HashMap<>();
        for (int left = fresh.size(); left > 0; left--) {
            final Waiting frame = fresh.remove();
            if (!told.contains(frame.port()) && now - frame.since() < PATIENCE) {
                fresh.add(frame);
            } else {
                asked.add(frame);
                note(frame, snapshot, sources);
            }
        }
        if (!asked.isEmpty()) {
            ticket++;
            answered = false;
            lookSince = now;
            look.look(ticket, sources);
        }
    }

    private void note(
            Waiting frame, ForwardingSnapshot snapshot, Map<Integer, Set<IpAddress>> sources) {
        final PortEntry ingress = snapshot.entry(frame.port());
        if (ingress == null) {
            return;
        }
        parse(frame, ingress);
        if (burst.family(0) == Burst.KEY_IPV6) {
            final Set<IpAddress> own =
                    sources.computeIfAbsent(frame.port(), port -> new HashSet<>());
            if (own.size() < SOURCES_OF_A_LOOK) {
                own.add(IpAddress.ipv6(burst.source0(0), burst.source1(0)));
                if (isClaim()) {
                    own.add(IpAddress.ipv6(burst.nextHop0(0), burst.nextHop1(0)));
                }
            }
        }
    }

    private void parse(Waiting frame, PortEntry ingress) {
        final long mbuf = frame.mbuf();
        burst.size = 1;
        burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        Parser.parse(burst, ingress.segment.mac(), ingress.parseOptions, pool);
    }

    private boolean isClaim() {
        return (burst.facts(0) & Facts.CLAIM) != 0;
    }

    /** Sends frames on their way; says how many. */
    private int judge(Queue<Waiting> frames, ForwardingSnapshot snapshot) {
        final int count = frames.size();
        for (Waiting frame = frames.poll(); frame != null; frame = frames.poll()) {
            final PortEntry ingress = snapshot.entry(frame.port());
            if (ingress != null && !isOwn(frame, ingress, snapshot.addresses())) {
                debts.merge(frame.port(), 1, Integer::sum);
            } else {
                mailboxes.repaid(frame.port(), 1);
            }
            injector.arrived(frame.lcore(), frame.port(), frame.mbuf());
        }
        return count;
    }

    /** Whether the port has the source of a frame by now, and the address that it advertises. */
    private boolean isOwn(Waiting frame, PortEntry ingress, AddressTable table) {
        parse(frame, ingress);
        final int domain = ingress.segment.domain();
        if (burst.family(0) == Burst.KEY_IPV4) {
            return table.find4(domain, (int) burst.source0(0)) == ingress.index;
        }
        return table.find6(domain, burst.source0(0), burst.source1(0)) == ingress.index
                && (!isClaim()
                        || table.find6(domain, burst.nextHop0(0), burst.nextHop1(0))
                                == ingress.index);
    }

    /** Forgives every port some of what it was refused. */
    @Override
    public void secondOver() {
        debts.replaceAll(
                (port, owed) -> {
                    final int repaid = Math.min(owed, REPAID_A_SECOND);
                    mailboxes.repaid(port, repaid);
                    return owed - repaid;
                });
        debts.values().removeIf(owed -> owed == 0);
    }

    @Override
    public void forget(int port) {
        told.remove(port);
        final Integer owed = debts.remove(port);
        if (owed != null) {
            mailboxes.repaid(port, owed);
        }
        drop(fresh, port);
        drop(asked, port);
    }

    private void drop(Queue<Waiting> frames, int port) {
        frames.removeIf(
                frame -> {
                    final boolean gone = frame.port() == port;
                    if (gone) {
                        mailboxes.repaid(port, 1);
                        pool.free(frame.mbuf());
                    }
                    return gone;
                });
    }

    @Override
    public void close() {
        fresh.forEach(frame -> pool.free(frame.mbuf()));
        asked.forEach(frame -> pool.free(frame.mbuf()));
        fresh.clear();
        asked.clear();
        arena.close();
    }
}
