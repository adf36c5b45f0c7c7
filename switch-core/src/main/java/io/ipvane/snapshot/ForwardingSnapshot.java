// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import io.ipvane.burst.Snapshot;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.table.AddressTable;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.tunnel.TunnelTable;

/**
 * Everything a frame is decided by, of one generation. Frozen but for the tables that the
 * conductor, their one writer, changes in place: addresses, neighbours and remotes.
 */
public final class ForwardingSnapshot implements Snapshot {
    private final long generation;
    private final PortEntry[] entries;
    private final AddressTable addresses;
    private final NeighborTable neighbors;
    private final TunnelTable tunnels;
    private final RemoteTable remotes;

    /**
     * Of a switch without tunnels.
     *
     * @param entries by index, null where nothing stands; not copied, not changed afterwards
     */
    public ForwardingSnapshot(
            long generation, PortEntry[] entries, AddressTable addresses, NeighborTable neighbors) {
        this(generation, entries, addresses, neighbors, TunnelTable.NONE, null);
    }

    /**
     * As the other, with tunnels.
     *
     * @param remotes what the address table's values above all ports mean
     */
    public ForwardingSnapshot(
            long generation,
            PortEntry[] entries,
            AddressTable addresses,
            NeighborTable neighbors,
            TunnelTable tunnels,
            RemoteTable remotes) {
        this.generation = generation;
        this.entries = entries;
        this.addresses = addresses;
        this.neighbors = neighbors;
        this.tunnels = tunnels;
        this.remotes = remotes;
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

    /** (segment, L3 address) to port index, or to a remote. */
    public AddressTable addresses() {
        return addresses;
    }

    /** (uplink, L3 address) to MAC address. */
    public NeighborTable neighbors() {
        return neighbors;
    }

    /** Which tunnels end at which uplink. */
    public TunnelTable tunnels() {
        return tunnels;
    }

    /** What stands behind tunnels, or null where there is none. */
    public RemoteTable remotes() {
        return remotes;
    }
}
