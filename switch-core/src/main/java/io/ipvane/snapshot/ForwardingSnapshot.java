// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import io.ipvane.burst.Snapshot;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.table.AddressTable;

/**
 * Everything a frame is decided by, of one generation. Frozen but for the two tables, which their
 * one writer, the conductor, changes in place.
 */
public final class ForwardingSnapshot implements Snapshot {
    private final long generation;
    private final PortEntry[] entries;
    private final AddressTable addresses;
    private final NeighborTable neighbors;

    /**
     * @param entries by index, null where nothing stands; not copied, not changed afterwards
     */
    public ForwardingSnapshot(
            long generation, PortEntry[] entries, AddressTable addresses, NeighborTable neighbors) {
        this.generation = generation;
        this.entries = entries;
        this.addresses = addresses;
        this.neighbors = neighbors;
    }

    @Override
    public long generation() {
        return generation;
    }

    /** The entry at an index, or null where nothing stands or the index is too high. */
    public PortEntry entry(int index) {
        return index >= 0 && index < entries.length ? entries[index] : null;
    }

    /** One more than the highest index. */
    public int size() {
        return entries.length;
    }

    /** (uplink, L3 address) to port index. */
    public AddressTable addresses() {
        return addresses;
    }

    /** (uplink, L3 address) to MAC address. */
    public NeighborTable neighbors() {
        return neighbors;
    }
}
