// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.packet.IpAddress;
import io.ipvane.table.Grace;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;

/**
 * Addresses that interfaces have given up, and that lookups still find for a moment. What a program
 * sent before its address was deleted, as a DHCP client does that gives it back, may still be in
 * the queue of the interface when the news of the deletion has come, and antispoof must not take it
 * for forged.
 *
 * <p>An address leaves when every lcore has polled every port {@value #TURNS} times more: the queue
 * of a TAP holds 1,000 frames, of which a turn takes up to 64. Whoever claims the address before
 * that has it at once. Conductor thread only.
 */
final class LeavingAddresses {
    static final int TURNS = 16;

    private record Leaving(int domain, IpAddress address, long turn) {}

    private final Grace grace;
    private final BiConsumer<Integer, IpAddress> leave;
    private final ArrayDeque<Leaving> leaving = new ArrayDeque<>();
    private long turn;
    private long ticket;

    /**
     * @param leave lets lookups of a segment's address find who has it then, which may be nobody
     */
    LeavingAddresses(Grace grace, BiConsumer<Integer, IpAddress> leave) {
        this.grace = grace;
        this.leave = leave;
    }

    /** Nobody has this address any more. */
    void add(int domain, IpAddress address) {
        if (leaving.isEmpty()) {
            ticket = grace.retire();
        }
        // The turn that is on may be half over.
        leaving.add(new Leaving(domain, address, turn + 1 + TURNS));
    }

    /** Lets those leave whose time has come; says whether lcores have made another turn. */
    int tick() {
        if (leaving.isEmpty() || !grace.passed(ticket)) {
            return 0;
        }
        turn++;
        while (!leaving.isEmpty() && leaving.getFirst().turn() <= turn) {
            end(leaving.removeFirst());
        }
        ticket = leaving.isEmpty() ? ticket : grace.retire();
        return 1;
    }

    /** Lets all leave now. */
    void endAll() {
        while (!leaving.isEmpty()) {
            end(leaving.removeFirst());
        }
    }

    private void end(Leaving one) {
        leave.accept(one.domain(), one.address());
    }
}
