// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.control.PortClaims.Cursor;
import io.ipvane.packet.IpAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Which address is announced next, and when (spec ADR-18, F17): a hundred thousand that come at
 * once must not become a storm, and one that has just moved must not wait for them.
 *
 * <p>There are <i>news</i>, addresses that have just come to a port, and <i>sweeps</i>, all that a
 * port has. Three of four announcements are news where there are both. Ports take turns, so that
 * one with many addresses keeps no other waiting. News that are too many for their queue become a
 * sweep of their port: nothing is left out, and memory is bounded.
 *
 * <p>Conductor thread only.
 */
final class Announcer {
    /** Says one address to those who shall hear of it. */
    interface Sender {
        /** What {@link #send} says where no frame could be had: it is to be tried again. */
        int LATER = -1;

        /**
         * Announces an address if the port has it now.
         *
         * @param repeated nothing has changed inside the switch: the wire alone may be told
         * @return frames that this makes, 0 where the port does not have it, or {@link #LATER}
         */
        int send(int port, IpAddress address, boolean repeated);
    }

    /** Knows what ports have. */
    interface Source {
        /** As {@link AddressBook#page}; also of a host port. */
        Cursor page(int port, Cursor from, int max, Consumer<IpAddress> reader);
    }

    /** News of one port that may wait. */
    static final int NEWS_OF_PORT = 256;

    /** News of all ports that may wait. */
    static final int NEWS = 65_536;

    /** Announcements that may leave at once after a silence. */
    static final int BURST = 64;

    /** Frames that announcements may become in a second, inside and outside. */
    static final int FRAMES_A_SECOND = 100_000;

    /** Times that all behind an uplink is announced when its carrier comes back. */
    static final int ROUNDS = 3;

    private static final int A_SECOND = 1_000;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long INTERVAL = SECOND / A_SECOND;
    private static final long FRAME_INTERVAL = SECOND / FRAMES_A_SECOND;
    private static final int PAGE = 64;
    private static final int NEWS_OF_TURNS = 4;

    /** Addresses that turn out to be gone, and so cost nothing, in one turn of the conductor. */
    private static final int LOOKS = 512;

    private record Item(int port, IpAddress address, boolean repeated) {}

    /** One sweep of a port. */
    private static final class Sweep {
        final Round round;
        Cursor at = Cursor.START;

        Sweep(Round round) {
            this.round = round;
        }
    }

    /** One of several sweeps of all ports of an uplink. */
    private static final class Round {
        final Collection<Integer> ports;
        final int number;
        final long began;
        int open;

        Round(Collection<Integer> ports, int number, long began) {
            this.ports = ports;
            this.number = number;
            this.began = began;
        }
    }

    private final Source source;
    private final Sender sender;
    private final LongSupplier clock;
    private final Map<Integer, Set<IpAddress>> news = new LinkedHashMap<>();
    private final Map<Integer, Sweep> sweeps = new LinkedHashMap<>();

    /** By uplink, the round that runs, or that the next one follows. */
    private final Map<Integer, Round> rounds = new HashMap<>();

    /** What has been read of a sweep and not been sent. */
    private final Queue<Item> page = new ArrayDeque<>();

    /** What could not be sent for want of a frame. */
    private Item unsent;

    /** When the next one may leave; a silence counts for no more than a burst. */
    private long next;

    private int waiting;
    private int turn;

    /**
     * @param clock nanoseconds that never run back
     */
    Announcer(Source source, Sender sender, LongSupplier clock) {
        this.source = source;
        this.sender = sender;
        this.clock = clock;
        this.next = clock.getAsLong() - BURST * INTERVAL;
    }

    /** An address has come to a port. */
    void add(int port, IpAddress address) {
        final Set<IpAddress> of = news.computeIfAbsent(port, p -> new LinkedHashSet<>());
        if (of.size() < NEWS_OF_PORT && waiting < NEWS) {
            waiting += of.add(address) ? 1 : 0;
        } else if (!of.contains(address)) {
            sweeps.putIfAbsent(port, new Sweep(null));
        }
        if (of.isEmpty()) {
            news.remove(port);
        }
    }

    /** Everything that some ports have is to be announced: they are behind another MAC now. */
    void sweep(Collection<Integer> ports) {
        ports.forEach(port -> start(port, null));
    }

    /**
     * The carrier of an uplink is back. Who is at the other end of a new cable may have slept, or
     * may not forward yet: everything is announced {@value #ROUNDS} times, at least one and two
     * seconds apart.
     */
    void carrierBack(int uplink, Collection<Integer> ports) {
        begin(uplink, new Round(ports, 1, clock.getAsLong()));
    }

    private void begin(int uplink, Round round) {
        rounds.put(uplink, round);
        round.ports.forEach(port -> start(port, round));
    }

    private void start(int port, Round round) {
        finish(sweeps.remove(port));
        sweeps.put(port, new Sweep(round));
        if (round != null) {
            round.open++;
        }
    }

    private static void finish(Sweep sweep) {
        if (sweep != null && sweep.round != null) {
            sweep.round.open--;
        }
    }

    /** A port is gone, and its index may become another's. */
    void forget(int port) {
        final Set<IpAddress> of = news.remove(port);
        waiting -= of == null ? 0 : of.size();
        finish(sweeps.remove(port));
        rounds.remove(port);
    }

    /** Sends what may be sent now; says how many. */
    int tick() {
        final long now = clock.getAsLong();
        if (!rounds.isEmpty()) {
            nextRounds(now);
        }
        if (now - next > BURST * INTERVAL) {
            next = now - BURST * INTERVAL;
        }
        int sent = 0;
        for (int look = 0; look < LOOKS && now - next >= INTERVAL; look++) {
            final Item due = take();
            if (due == null) {
                break;
            }
            final int frames = sender.send(due.port(), due.address(), due.repeated());
            if (frames == Sender.LATER) {
                unsent = due;
                break;
            }
            if (frames > 0) {
                next += Math.max(INTERVAL, frames * FRAME_INTERVAL);
                sent++;
            }
        }
        return sent;
    }

    private void nextRounds(long now) {
        for (int uplink : rounds.keySet().toArray(new Integer[0])) {
            final Round last = rounds.get(uplink);
            if (last.number == ROUNDS) {
                rounds.remove(uplink);
            } else if (last.open == 0 && now - last.began >= last.number * SECOND) {
                begin(uplink, new Round(last.ports, last.number + 1, now));
            }
        }
    }

    private Item take() {
        if (unsent != null) {
            final Item again = unsent;
            unsent = null;
            return again;
        }
        turn++;
        final boolean swept = !page.isEmpty() || !sweeps.isEmpty();
        if (!news.isEmpty() && (turn % NEWS_OF_TURNS != 0 || !swept)) {
            return takeNews();
        }
        while (page.isEmpty() && !sweeps.isEmpty()) {
            readPage();
        }
        return page.isEmpty() ? null : page.remove();
    }

    private Item takeNews() {
        final Iterator<Map.Entry<Integer, Set<IpAddress>>> first = news.entrySet().iterator();
        final Map.Entry<Integer, Set<IpAddress>> entry = first.next();
        final int port = entry.getKey();
        final Set<IpAddress> of = entry.getValue();
        final Iterator<IpAddress> oldest = of.iterator();
        final IpAddress address = oldest.next();
        oldest.remove();
        waiting--;
        first.remove();
        if (!of.isEmpty()) {
            news.put(port, of);
        }
        return new Item(port, address, false);
    }

    /** Some of what the port has whose turn it is; it is the last then. */
    private void readPage() {
        final int port = sweeps.keySet().iterator().next();
        final Sweep sweep = sweeps.remove(port);
        final boolean repeated = sweep.round != null;
        sweep.at =
                source.page(
                        port,
                        sweep.at,
                        PAGE,
                        address -> page.add(new Item(port, address, repeated)));
        if (sweep.at == null) {
            finish(sweep);
        } else {
            sweeps.put(port, sweep);
        }
    }
}
