// SPDX-License-Identifier: Apache-2.0
package io.ipvane.learn;

import io.ipvane.packet.IpAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * IPv6 addresses that guests try out by duplicate address detection, to be asked for when that is
 * over: who still has one then says so, and is learned from. Without it a guest whose next hop is
 * known to it, as a router is by its advertisement, would send from the new address before it has
 * said anything of it.
 *
 * <p>A port has at most {@value #MOST_OF_A_PORT} open, all ports {@value #MOST}; the oldest goes.
 * Conductor thread only.
 */
final class Trials {
    static final int MOST_OF_A_PORT = 8;
    static final int MOST = 1_024;

    /** One second for answers, half a second for the guest to be done (RFC 4862, 5.4). */
    static final long AFTER = Duration.ofMillis(1_500).toNanos();

    private record Trial(int port, IpAddress address, long due) {}

    private final ArrayDeque<Trial> open = new ArrayDeque<>();
    private final LongSupplier clock;

    /**
     * @param clock nanoseconds that never run back
     */
    Trials(LongSupplier clock) {
        this.clock = clock;
    }

    /** A port tries an address; what it tries again is asked for once, later. */
    void add(int port, IpAddress address) {
        open.removeIf(trial -> trial.port == port && trial.address.equals(address));
        if (open.stream().filter(trial -> trial.port == port).count() >= MOST_OF_A_PORT) {
            removeOldest(port);
        }
        if (open.size() >= MOST) {
            open.removeFirst();
        }
        open.addLast(new Trial(port, address, clock.getAsLong() + AFTER));
    }

    private void removeOldest(int port) {
        for (final Iterator<Trial> all = open.iterator(); all.hasNext(); ) {
            if (all.next().port == port) {
                all.remove();
                return;
            }
        }
    }

    /**
     * Asks for those that are due.
     *
     * @param ask port and address
     * @return how many
     */
    int tick(BiConsumer<Integer, IpAddress> ask) {
        int asked = 0;
        while (!open.isEmpty() && clock.getAsLong() - open.getFirst().due >= 0) {
            final Trial trial = open.removeFirst();
            ask.accept(trial.port, trial.address);
            asked++;
        }
        return asked;
    }

    /** Whoever tried them is gone. */
    void forget(int port) {
        open.removeIf(trial -> trial.port == port);
    }
}
