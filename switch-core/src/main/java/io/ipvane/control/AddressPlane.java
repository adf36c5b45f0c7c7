// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.packet.IpAddress;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The writer's side of the address table: puts, removes, and grows it. A grown table reaches lcores
 * by the next snapshot; the old one is freed when nobody can look at it any more.
 *
 * <p>Conductor thread only.
 */
final class AddressPlane implements AutoCloseable {
    private static final int FIRST_CAPACITY = 1024;

    private record Retired(AddressTable table, long ticket) {}

    private final Grace grace;
    private final Queue<Retired> retired = new ArrayDeque<>();
    private AddressTable table;

    /** What lcores read; another than {@link #table} from growth to {@link #published}. */
    private AddressTable current;

    AddressPlane(Grace grace) {
        this.grace = grace;
        this.table = new AddressTable(FIRST_CAPACITY, FIRST_CAPACITY, grace);
        this.current = table;
    }

    AddressTable table() {
        return table;
    }

    /** The port that an address is directed to, or {@link AddressTable#NONE}. */
    int find(int uplink, IpAddress address) {
        return address.isIpv4()
                ? table.find4(uplink, address.ipv4())
                : table.find6(uplink, address.key0(), address.key1());
    }

    /**
     * Directs an address to a port.
     *
     * @return true if {@link #table} is another one now, which must be published, and then {@link
     *     #published} called
     */
    boolean put(int uplink, IpAddress address, int port) {
        if (write(uplink, address, port) != AddressTable.Outcome.FULL) {
            return false;
        }
        final AddressTable full = table;
        table = full.rebuilt();
        if (full != current) {
            // Grown twice within a turn: no lcore has ever seen this one.
            full.close();
        }
        if (write(uplink, address, port) == AddressTable.Outcome.FULL) {
            throw new IllegalStateException("a rebuilt address table has no room for " + address);
        }
        return true;
    }

    /** Lcores have been given the new table: the old one ends with this epoch. */
    void published() {
        if (current != table) {
            retired.add(new Retired(current, grace.retire()));
            current = table;
        }
    }

    private AddressTable.Outcome write(int uplink, IpAddress address, int port) {
        return address.isIpv4()
                ? table.put4(uplink, address.ipv4(), port)
                : table.put6(uplink, address.key0(), address.key1(), port);
    }

    /** Takes an address out; frames for it are unknown from the next burst on. */
    void remove(int uplink, IpAddress address) {
        if (address.isIpv4()) {
            table.remove4(uplink, address.ipv4());
        } else {
            table.remove6(uplink, address.key0(), address.key1());
        }
    }

    /** Frees old tables that nobody looks at any more; says how many. */
    int reclaim() {
        int freed = 0;
        while (!retired.isEmpty() && grace.passed(retired.peek().ticket())) {
            retired.remove().table().close();
            freed++;
        }
        return freed;
    }

    /** Lcores have stopped. */
    @Override
    public void close() {
        retired.forEach(r -> r.table().close());
        retired.clear();
        current.close();
        table.close();
    }
}
