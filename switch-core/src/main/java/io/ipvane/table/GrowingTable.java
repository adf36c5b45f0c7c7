// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import io.ipvane.packet.IpAddress;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The writer's side of an {@link AddressTable} that has always room: one that is full, be it of
 * entries or of what deleted ones left behind, is replaced by a rebuilt one. The owner shows the
 * new one to readers and says so; the old one is freed when nobody can look at it any more.
 *
 * <p>Owned by the writer of the table.
 */
public final class GrowingTable implements AutoCloseable {
    private static final int FIRST_CAPACITY = 1024;

    private record Retired(AddressTable table, long ticket) {}

    private final Grace grace;
    private final Queue<Retired> retired = new ArrayDeque<>();
    private AddressTable table;

    /** What readers see; another than {@link #table} from a rebuild to {@link #published}. */
    private AddressTable current;

    /** An empty table. */
    public GrowingTable(Grace grace) {
        this.grace = grace;
        this.table = new AddressTable(FIRST_CAPACITY, FIRST_CAPACITY, grace);
        this.current = table;
    }

    /** What the writer works on, and readers are to be shown. */
    public AddressTable table() {
        return table;
    }

    /** The value of an address, or {@link AddressTable#NONE}. */
    public int find(int domain, IpAddress address) {
        return address.isIpv4()
                ? table.find4(domain, address.ipv4())
                : table.find6(domain, address.key0(), address.key1());
    }

    /**
     * Gives an address a value.
     *
     * @return true if {@link #table} is another one now, which must be shown to readers, and then
     *     {@link #published} called
     */
    public boolean put(int domain, IpAddress address, int value) {
        if (write(domain, address, value) != AddressTable.Outcome.FULL) {
            return false;
        }
        final AddressTable full = table;
        table = full.rebuilt();
        if (full != current) {
            // Rebuilt twice before it was shown: no reader has ever seen this one.
            full.close();
        }
        if (write(domain, address, value) == AddressTable.Outcome.FULL) {
            throw new IllegalStateException("a rebuilt address table has no room for " + address);
        }
        return true;
    }

    /** Readers have been shown the new table: the old one ends with this epoch. */
    public void published() {
        if (current != table) {
            retired.add(new Retired(current, grace.retire()));
            current = table;
        }
    }

    private AddressTable.Outcome write(int domain, IpAddress address, int value) {
        return address.isIpv4()
                ? table.put4(domain, address.ipv4(), value)
                : table.put6(domain, address.key0(), address.key1(), value);
    }

    /** Takes an address out; readers do not find it from their next burst on. */
    public void remove(int domain, IpAddress address) {
        if (address.isIpv4()) {
            table.remove4(domain, address.ipv4());
        } else {
            table.remove6(domain, address.key0(), address.key1());
        }
    }

    /** Frees old tables that nobody looks at any more; says how many. */
    public int reclaim() {
        int freed = 0;
        while (!retired.isEmpty() && grace.passed(retired.peek().ticket())) {
            retired.remove().table().close();
            freed++;
        }
        return freed;
    }

    /** Readers have stopped. */
    @Override
    public void close() {
        retired.forEach(r -> r.table().close());
        retired.clear();
        current.close();
        table.close();
    }
}
