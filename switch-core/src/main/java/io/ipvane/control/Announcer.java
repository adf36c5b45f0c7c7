// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.packet.IpAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * Addresses that the wire shall hear of, a few at a time (spec ADR-18, F17): a thousand that come
 * at once must not become a storm. What does not fit the queue is not announced: neighbours find it
 * by asking, as they would have without.
 *
 * <p>Conductor thread only.
 */
final class Announcer {
    /** Addresses that may wait: some ten seconds' worth. */
    static final int CAPACITY = 8_192;

    /** Announcements that may leave at once after a silence. */
    static final int BURST = 64;

    private static final int A_SECOND = 1_000;
    private static final long INTERVAL = Duration.ofSeconds(1).toNanos() / A_SECOND;

    private record Address(int uplink, IpAddress address) {}

    private final BiConsumer<Integer, IpAddress> announce;
    private final LongSupplier clock;
    private final Set<Address> waiting = new LinkedHashSet<>();

    /** When the next one may leave; a silence counts for no more than a burst. */
    private long next;

    private long skipped;

    /**
     * @param announce sends one announcement on an uplink
     * @param clock nanoseconds that never run back
     */
    Announcer(BiConsumer<Integer, IpAddress> announce, LongSupplier clock) {
        this.announce = announce;
        this.clock = clock;
        this.next = clock.getAsLong() - BURST * INTERVAL;
    }

    /**
     * An address has appeared behind an uplink's MAC, or moved to another port, or the MAC is
     * another.
     *
     * @return false where the queue is full
     */
    boolean add(int uplink, IpAddress address) {
        if (waiting.size() < CAPACITY) {
            waiting.add(new Address(uplink, address));
            return true;
        }
        skipped++;
        return false;
    }

    /** An address is there no longer: nobody shall be told that it is. */
    void remove(int uplink, IpAddress address) {
        if (!waiting.isEmpty()) {
            waiting.remove(new Address(uplink, address));
        }
    }

    /** Sends what may be sent now; says how many. */
    int tick() {
        if (waiting.isEmpty()) {
            return 0;
        }
        final long now = clock.getAsLong();
        if (now - next > BURST * INTERVAL) {
            next = now - BURST * INTERVAL;
        }
        int sent = 0;
        final Iterator<Address> oldest = waiting.iterator();
        while (oldest.hasNext() && now - next >= INTERVAL) {
            final Address due = oldest.next();
            oldest.remove();
            announce.accept(due.uplink(), due.address());
            next += INTERVAL;
            sent++;
        }
        return sent;
    }

    /** Addresses that found the queue full. */
    long skipped() {
        return skipped;
    }
}
