// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.Facts;
import io.ipvane.burst.FramePool;
import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.PortClaims.Cursor;
import io.ipvane.ipvlan.IpvlanRules;
import io.ipvane.ipvlan.Mode;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.neighbor.ArpFrames;
import io.ipvane.neighbor.NdFrames;
import io.ipvane.packet.IpAddress;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.upcall.FrameInjector;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Tells the wire, the ports and the host port of a segment whose an address is now: by an ARP
 * request for it from itself, or an unsolicited neighbour advertisement that overrides. Whoever
 * knew the address at another MAC sends here at once. Ports of one segment share a MAC, so that one
 * of them is wrong about a sibling only where the address was outside before, or the MAC was
 * another.
 *
 * <p>An announcement goes where a group frame of the port itself would go, so that {@code private}
 * keeps siblings apart here as well. The port that has the address does not hear of it: it would
 * take it for a duplicate. Conductor thread only.
 */
final class Announcements implements Announcer.Source, Announcer.Sender {
    /** So many may hear of an address whenever the wire does. */
    private static final int FEW = Announcer.FRAMES_A_SECOND / 1_000;

    private record Tried(int port, IpAddress address) {}

    /** Where finished frames go, and what they are made of. */
    record Way(FrameInjector injector, FramePool pool) {}

    private final LiveModel live;
    private final AddressBook book;
    private final Way way;
    private final Announcer announcer;

    /** What may turn out to be another's: to announce it would take it from there. */
    private final Set<Tried> tentative = new HashSet<>();

    /** The model that {@link #receivers} was counted in. */
    private SwitchModel counted = SwitchModel.EMPTY;

    private int countedDomain;
    private int receivers;

    /**
     * @param clock nanoseconds that never run back
     */
    Announcements(LiveModel live, AddressBook book, Way way, LongSupplier clock) {
        this.live = live;
        this.book = book;
        this.way = way;
        this.announcer = new Announcer(this, this, clock);
    }

    private SwitchModel model() {
        return live.get();
    }

    /** Sends what is due; says how much. */
    int tick() {
        return announcer.tick();
    }

    /** An address has come to a port or host port. */
    void came(PortModel port, IpAddress address) {
        if (model().segments().get(port.domain()).options().announce()) {
            announcer.add(port.index(), address);
        }
    }

    /** Duplicate address detection of an address has begun or has ended well. */
    void tried(Command.AddressTried command) {
        final Tried one = new Tried(command.port(), command.address());
        if (!command.free()) {
            tentative.add(one);
        } else if (tentative.remove(one)) {
            came(model().port(command.port()), command.address());
        }
    }

    /** A port or host port has an address no longer. */
    void removed(int port, IpAddress address) {
        tentative.remove(new Tried(port, address));
    }

    /** A host port has come up with all its addresses. */
    void hostCame(PortModel host) {
        if (model().segments().get(host.domain()).options().announce()) {
            announcer.sweep(List.of(host.index()));
        }
    }

    /** All that is behind an exit is behind another MAC now. */
    void macChanged(SegmentModel segment) {
        if (segment.options().announce()) {
            announcer.sweep(behind(segment));
        }
    }

    /** Who is outside may be somebody else now, or may have forgotten. */
    void carrierBack(SegmentModel segment) {
        if (segment.options().announce()) {
            announcer.carrierBack(segment.exit().port(), behind(segment));
        }
    }

    private List<Integer> behind(SegmentModel segment) {
        return Stream.concat(
                        Stream.of(segment.host()).filter(host -> host != PortEntry.NONE),
                        model().members(segment.domain()).stream().map(PortModel::index))
                .toList();
    }

    /** A port or uplink is gone, and its index may become another's. */
    void forget(int index) {
        announcer.forget(index);
        tentative.removeIf(one -> one.port() == index);
    }

    @Override
    public Cursor page(int index, Cursor from, int max, Consumer<IpAddress> reader) {
        if (!model().has(index)) {
            return null;
        }
        if (model().port(index).role() == PortEntry.Role.HOST) {
            model().segmentOf(index).hostAddresses().forEach(own -> reader.accept(own.address()));
            return null;
        }
        return book.page(index, from, max, claim -> reader.accept(claim.address().address()));
    }

    @Override
    public int send(int index, IpAddress address, boolean repeated) {
        if (!model().has(index) || !has(model().port(index), address)) {
            return 0;
        }
        final PortModel port = model().port(index);
        final SegmentModel segment = model().segmentOf(index);
        if (!segment.options().announce()) {
            return 0;
        }
        final long mbuf = frame(segment.mac(), address);
        if (mbuf == 0) {
            return LATER;
        }
        final int hearers = receivers(segment);
        final boolean wireOnly = repeated && hearers > FEW;
        way.injector().own(index, wireOnly ? Verdict.WIRE : verdict(port, segment), index, mbuf);
        return wireOnly ? 1 : hearers;
    }

    /** Whether lookups find the address at the port now, and nobody else has it. */
    private boolean has(PortModel port, IpAddress address) {
        final SegmentModel segment = model().segments().get(port.domain());
        if (!port.up() || tentative.contains(new Tried(port.index(), address))) {
            return false;
        }
        if (port.role() == PortEntry.Role.HOST) {
            return segment.holds(address);
        }
        final Claim owner = book.owner(segment.domain(), address);
        return owner != null && owner.port() == port.index() && !segment.holds(address);
    }

    /** As of any group frame that the port sends; members in l3 hear none. */
    private static int verdict(PortModel port, SegmentModel segment) {
        final IpvlanRules rules = IpvlanRules.of(Mode.L2, port.flag(), segment.options());
        return port.role() == PortEntry.Role.HOST
                ? rules.fromHost(Facts.GROUP)
                : rules.fromPort(Facts.GROUP);
    }

    /** The wire, the host port, and the ports that hear group frames. */
    @SuppressWarnings("ReferenceEquality") // each change is another model: no need to compare all
    private int receivers(SegmentModel segment) {
        if (counted != model() || countedDomain != segment.domain()) {
            counted = model();
            countedDomain = segment.domain();
            receivers =
                    2
                            + (int)
                                    model().members(segment.domain()).stream()
                                            .filter(port -> port.mode() == Mode.L2)
                                            .count();
        }
        return receivers;
    }

    /** 0 where none could be had. */
    private long frame(long mac, IpAddress address) {
        final FramePool pool = way.pool();
        final long mbuf = pool.allocate(address.isIpv4() ? ArpFrames.LENGTH : NdFrames.LENGTH);
        if (mbuf != 0 && address.isIpv4()) {
            ArpFrames.announcement(pool.data(mbuf), mac, address.ipv4());
        } else if (mbuf != 0) {
            NdFrames.unsolicited(
                    pool.data(mbuf), mac, address.key0(), address.key1(), address.isLinkLocal());
        }
        return mbuf;
    }
}
