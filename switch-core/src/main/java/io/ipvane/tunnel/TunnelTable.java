// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.HotPath;

/**
 * Which tunnels end at which uplink. Frozen, of one snapshot; any thread.
 *
 * <p>A tunnel is found by the outer destination address and the UDP port: two tunnels of an uplink
 * never have both in common.
 */
@HotPath
public final class TunnelTable {
    /** No tunnels at all. */
    public static final TunnelTable NONE = new TunnelTable(new Tunnel[0][]);

    private static final Tunnel[] NOTHING = {};

    private final Tunnel[][] byUplink;

    /**
     * A table.
     *
     * @param byUplink the tunnels of each uplink, by its place; null or short where it has none;
     *     not copied, not changed afterwards
     */
    public TunnelTable(Tunnel[][] byUplink) {
        this.byUplink = byUplink;
    }

    /** The tunnels of an uplink, none where nothing stands at that place. Not to be changed. */
    public Tunnel[] of(int uplink) {
        final Tunnel[] here = uplink >= 0 && uplink < byUplink.length ? byUplink[uplink] : null;
        return here == null ? NOTHING : here;
    }
}
