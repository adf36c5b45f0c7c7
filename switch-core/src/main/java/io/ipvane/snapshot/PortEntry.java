// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import io.ipvane.burst.DropReasons;
import io.ipvane.ipvlan.Decisions;
import io.ipvane.table.GroupFilter;
import io.ipvane.table.SpokenGroups;

/**
 * One port, uplink or host port as the data plane sees it: every question about its configuration
 * already answered. Frozen; any thread.
 */
public final class PortEntry {
    /** What stands at this index. */
    public enum Role {
        PORT,
        UPLINK,
        HOST
    }

    /**
     * What becomes of a frame from one place that cannot be sent on as it is.
     *
     * @param told what its sender is told of a drop, by the number of the reason: that of an {@link
     *     io.ipvane.icmp.ErrorKind}, 0 for nothing
     * @param measured whether it is measured at all
     * @param splitToWire whether IPv4 may be fragmented on its way to the wire
     * @param splitToPorts the same to ports and the host port
     */
    @SuppressWarnings("ArrayRecordComponent") // read on the hot path, never compared
    public record Refusals(
            byte[] told, boolean measured, boolean splitToWire, boolean splitToPorts) {
        /** Dropped and counted, and that is all. */
        public static final Refusals SILENT =
                new Refusals(new byte[DropReasons.MOST], true, false, false);
    }

    /** Marks "no such port". */
    public static final int NONE = -1;

    /** Bit of {@link #snoop}: what says of groups that they are joined or left. */
    public static final int SNOOP_GROUPS = 1;

    /** Bit of {@link #snoop}: DHCP where it is no unicast to a known station. */
    public static final int SNOOP_DHCP = 1 << 1;

    /** Bit of {@link #snoop}, beside {@link #SNOOP_DHCP}: DHCP even where it is. */
    public static final int SNOOP_UNICAST = 1 << 2;

    /** Bit of {@link #snoop}: ARP and ND, by which a port says which addresses it has. */
    public static final int LEARN_ADDRESSES = 1 << 3;

    /** Bit of {@link #snoop}: the same frames as {@link #SNOOP_GROUPS}, whatever their source. */
    public static final int LEARN_GROUPS = 1 << 4;

    /** Bit of {@link #snoop}: what antispoof refuses, as its source may be new at the port. */
    public static final int ASK_SOURCES = 1 << 5;

    /** Place of this entry: row of its counters and value in the address table. */
    public final int index;

    public final Role role;

    /** What it shares with all ports that frames may be dispatched among with it. */
    public final Segment segment;

    /** Facts to verdict code, for frames that come in here. */
    public final byte[] verdicts;

    /** Facts to the reason of a drop, where {@link #verdicts} say drop; see {@link Decisions}. */
    public final byte[] reasons;

    /**
     * The verdicts for frames whose key a port has that the switch routes for, or null where these
     * are decided as any other: an uplink whose ports are not all of one mode has both.
     */
    public final byte[] verdictsToRouted;

    /** The reasons that go with these, or null as they are. */
    public final byte[] reasonsToRouted;

    /** Whether the switch routes for this port: mode l3 or l3s. */
    public final boolean routed;

    /** Options of {@link io.ipvane.pipeline} parse for frames that come in here. */
    public final int parseOptions;

    /** Whether a source address must belong to this port (spec TX-6). */
    public final boolean antispoof;

    /** Longest frame that may be sent here, in bytes, Ethernet header included, VLAN tag not. */
    public final int maxFrame;

    /** Whether frames may be sent here. */
    public final boolean up;

    /** Which group frames are copied here (spec RX-6). */
    public final GroupFilter groups;

    /** Groups that were spoken to from here of late, or null: those are copied here as well. */
    public final SpokenGroups spoken;

    /** Prefixes that this port may send from beside its own addresses. */
    public final SourcePrefixes allowedSources;

    /** What the sender of a frame from here is told of a drop; see {@link Refusals#told()}. */
    public final byte[] told;

    /** Whether frames from here are measured before they are given to a port (spec F14). */
    public final boolean measured;

    private final boolean splitToWire;
    private final boolean splitToPorts;

    /** Which frames that come in here go by way of the conductor, as bits. */
    public final int snoop;

    public PortEntry(
            int index,
            Role role,
            Segment segment,
            Decisions decisions,
            Decisions toRouted,
            boolean routed,
            int parseOptions,
            boolean antispoof,
            int maxFrame,
            boolean up,
            GroupFilter groups,
            SpokenGroups spoken,
            SourcePrefixes allowedSources,
            Refusals refusals,
            int snoop) {
        this.index = index;
        this.role = role;
        this.segment = segment;
        this.verdicts = decisions.verdicts();
        this.reasons = decisions.reasons();
        this.verdictsToRouted = toRouted == null ? null : toRouted.verdicts();
        this.reasonsToRouted = toRouted == null ? null : toRouted.reasons();
        this.routed = routed;
        this.parseOptions = parseOptions;
        this.antispoof = antispoof;
        this.maxFrame = maxFrame;
        this.up = up;
        this.groups = groups;
        this.spoken = spoken;
        this.allowedSources = allowedSources;
        this.snoop = snoop;
        this.told = refusals.told();
        this.measured = refusals.measured();
        this.splitToWire = refusals.splitToWire();
        this.splitToPorts = refusals.splitToPorts();
    }

    /** Whether a frame to this group is copied here. */
    public boolean hears(long group) {
        return groups.passes(group) || (spoken != null && spoken.has(group));
    }

    /** Whether an IPv4 packet from here is fragmented where it is too long for such a receiver. */
    public boolean splits(Role to) {
        return to == Role.UPLINK ? splitToWire : splitToPorts;
    }
}
