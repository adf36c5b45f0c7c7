// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;
import io.ipvane.egress.EgressDrop;
import io.ipvane.icmp.ErrorKind;
import io.ipvane.ipvlan.Compat;
import io.ipvane.ipvlan.Mode;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.neighbor.NeighborTable;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.Vlan;
import io.ipvane.pipeline.Parser;
import io.ipvane.snapshot.ForwardingSnapshot;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.snapshot.RouteDrop;
import io.ipvane.snapshot.Segment;
import io.ipvane.snapshot.SourcePrefixes;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Fib4;
import io.ipvane.table.Fib6;
import io.ipvane.table.GroupFilter;
import io.ipvane.table.SpokenGroups;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.tunnel.TunnelTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

/**
 * Model to snapshot: answers every question about configuration once, so that no frame asks it.
 * Pure; any thread.
 */
public final class SnapshotCompiler {
    private static final byte[] TOLD_NOTHING = told(Map.of());
    private static final byte[] TOLD_WIRE = told(Map.of(EgressDrop.MTU, ErrorKind.TOO_BIG));
    private static final byte[] TOLD_INSIDE =
            told(
                    Map.of(
                            RouteDrop.NO_ROUTE, ErrorKind.NO_ROUTE,
                            RouteDrop.ROUTE_UNREACHABLE, ErrorKind.ROUTE_UNREACHABLE,
                            RouteDrop.ROUTE_PROHIBIT, ErrorKind.ROUTE_PROHIBIT,
                            EgressDrop.MTU, ErrorKind.TOO_BIG));

    private static byte[] told(Map<DropReason, ErrorKind> errors) {
        final byte[] told = new byte[DropReasons.MOST];
        errors.forEach((reason, kind) -> told[reason.number()] = (byte) kind.number());
        return told;
    }

    private SnapshotCompiler() {}

    /** The snapshot of one generation over tables that the conductor writes in place. */
    public static ForwardingSnapshot compile(
            SwitchModel model, long generation, AddressTable addresses, NeighborTable neighbors) {
        return compile(
                model,
                generation,
                addresses,
                neighbors,
                TunnelTable.NONE,
                null,
                port -> 0,
                port -> null,
                (domain, hop) -> false);
    }

    /**
     * As the other.
     *
     * @param tunnels which end at which uplink
     * @param remotes what values of the address table above all ports mean, or null
     * @param snoop says by index which frames of a port the conductor wants to see
     * @param spoken says by index which groups a port speaks to, or null
     * @param failed says of a segment, by its domain, and one of several next hops, whether it does
     *     not answer
     */
    public static ForwardingSnapshot compile(
            SwitchModel model,
            long generation,
            AddressTable addresses,
            NeighborTable neighbors,
            TunnelTable tunnels,
            RemoteTable remotes,
            IntUnaryOperator snoop,
            IntFunction<SpokenGroups> spoken,
            BiPredicate<Integer, IpAddress> failed) {
        final Map<Integer, Segment> segments = new HashMap<>();
        for (SegmentModel owner : model.segments().values()) {
            segments.put(
                    owner.domain(),
                    segment(model, owner, tunnels, hop -> failed.test(owner.domain(), hop)));
        }
        final PortVerdicts verdicts = new PortVerdicts(model);
        final PortEntry[] entries = new PortEntry[model.ports().size()];
        for (PortModel port : model.ports()) {
            if (port != null) {
                final SegmentModel owner = model.segments().get(port.domain());
                entries[port.index()] =
                        entry(
                                port,
                                owner,
                                segments.get(port.domain()),
                                verdicts,
                                snoop.applyAsInt(port.index()),
                                spoken.apply(port.index()));
            }
        }
        return new ForwardingSnapshot(generation, entries, addresses, neighbors, tunnels, remotes);
    }

    private static Segment segment(
            SwitchModel model,
            SegmentModel owner,
            TunnelTable tunnels,
            Predicate<IpAddress> failed) {
        final boolean carries = tunnels.of(owner.exit().port()).length > 0;
        return new Segment(
                owner.domain(),
                owner.exit().port(),
                owner.host(),
                owner.mac(),
                model.members(owner.domain()).stream()
                        .filter(port -> port.mode() == Mode.L2)
                        .mapToInt(PortModel::index)
                        .toArray(),
                RouteCompiler.compile(owner.allRoutes(), failed),
                model.routes(owner.domain()) || carries,
                model.members(owner.domain()).stream().anyMatch(p -> p.mode() == Mode.L3S),
                owner.tunneled());
    }

    private static PortEntry entry(
            PortModel port,
            SegmentModel owner,
            Segment segment,
            PortVerdicts verdicts,
            int snoop,
            SpokenGroups spoken) {
        final boolean isPort = port.role() == PortEntry.Role.PORT;
        return new PortEntry(
                port.index(),
                port.role(),
                segment,
                verdicts.of(port),
                verdicts.toRouted(port),
                port.mode() != Mode.L2,
                parseOptions(
                                owner,
                                segment.tunneled()
                                        || (segment.learns() && owner.options().arpResponder()))
                        | opaqueTags(port, owner),
                isPort && owner.options().antispoof(),
                port.mtu() + Ethernet.LENGTH + slack(port, owner),
                port.up(),
                // Who is behind a tunnel hears all groups, so that ports do too.
                owner.tunneled() ? GroupFilter.ALL : port.groups(),
                spoken,
                isPort ? sources(port.allowedSources()) : SourcePrefixes.NONE,
                refusals(port, owner),
                snoop);
    }

    /** To the kernel a frame may have four bytes more, whether for a tag or not (spec COR-13). */
    private static int slack(PortModel port, SegmentModel owner) {
        return port.role() == PortEntry.Role.PORT && owner.options().compat() == Compat.KERNEL
                ? Vlan.LENGTH
                : 0;
    }

    /**
     * Where the switch routes it fragments, and says what it could not send on, to ports and to the
     * host. The wire hears only of lengths, as all else from there is the host's to judge. The
     * kernel splits for the wire alone, tells no port anything, and takes from the wire what it
     * gets (TX-8, TX-32, COR-17).
     */
    private static PortEntry.Refusals refusals(PortModel port, SegmentModel owner) {
        final boolean improved = owner.options().compat() == Compat.IMPROVED;
        final boolean fromWire = port.role() == PortEntry.Role.UPLINK;
        final byte[] told = fromWire ? TOLD_WIRE : TOLD_INSIDE;
        return new PortEntry.Refusals(
                owner.options().icmpErrors() ? told : TOLD_NOTHING,
                improved || !fromWire,
                true,
                improved);
    }

    private static int parseOptions(SegmentModel owner, boolean answers) {
        return (owner.options().compat() == Compat.IMPROVED ? Parser.STRICT : 0)
                | (answers ? Parser.SOLICIT_TARGET : 0);
    }

    private static int opaqueTags(PortModel port, SegmentModel owner) {
        final boolean kernel = owner.options().compat() == Compat.KERNEL;
        final boolean isPort = port.role() == PortEntry.Role.PORT;
        return kernel && isPort && port.mode() != Mode.L2 ? Parser.OPAQUE_TAGS : 0;
    }

    private static SourcePrefixes sources(List<IpPrefix> prefixes) {
        final Fib4.Builder fib4 = new Fib4.Builder();
        final Fib6.Builder fib6 = new Fib6.Builder();
        for (IpPrefix prefix : prefixes) {
            if (prefix.address().isIpv4()) {
                fib4.add(prefix.address().ipv4(), prefix.length(), 0);
            } else {
                fib6.add(prefix.address().key0(), prefix.address().key1(), prefix.length(), 0);
            }
        }
        return new SourcePrefixes(fib4.build(), fib6.build());
    }
}
