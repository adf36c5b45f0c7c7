// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.control.LearnRules.Refusal;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.upcall.TokenBucket;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Learns the addresses of guests, who may mean harm, of what they say of themselves: no more of a
 * port than its configuration allows, the one that has not been named for longest making room, and
 * never one that somebody else has. What the configuration or a DHCP server gives does not count,
 * is never forgotten here, and goes before what was learned.
 *
 * <p>What is new costs a look at the routes, two writes to the table, and an announcement on the
 * wire; so a port may name as many new addresses at once as it may have, at least {@value
 * #LEAST_BURST}, and then {@value #PER_SECOND} a second. Conductor thread only.
 */
final class AddressLearner {
    static final int LEAST_BURST = 16;
    static final int PER_SECOND = 10;

    private final AddressBook book;
    private final BiConsumer<Integer, IpAddress> direct;
    private final EventLog events;
    private final Logger log;
    private final LongSupplier clock;
    private final Map<Integer, TokenBucket> buckets = new HashMap<>();

    /**
     * A learner that has heard nothing.
     *
     * @param direct lets lookups of a segment's address find who has it now
     * @param clock nanoseconds that never run back
     */
    AddressLearner(
            AddressBook book,
            BiConsumer<Integer, IpAddress> direct,
            EventLog events,
            Logger log,
            LongSupplier clock) {
        this.book = book;
        this.direct = direct;
        this.events = events;
        this.log = log;
        this.clock = clock;
    }

    /**
     * A port says that it has an address.
     *
     * @return whether it is believed
     */
    boolean said(SegmentModel segment, PortModel port, IpAddress address) {
        final Claim known = book.find(segment.domain(), port.index(), address);
        if (known != null) {
            if (known.origin() == Origin.LEARNED) {
                book.touch(known);
            }
            return book.owner(segment.domain(), address) == known;
        }
        if (port.learn() == 0 || !bucket(port).take(clock.getAsLong())) {
            return false;
        }
        final Optional<Refusal> refusal = refusal(segment, port, address);
        if (refusal.isPresent()) {
            if (events.admits(port.name())) {
                log.warn(
                        "event=address_refused port={} address={} error={} reason=\"{}\"",
                        port.name(),
                        address,
                        refusal.get().error(),
                        refusal.get().reason());
            }
            return false;
        }
        return add(segment, port, address);
    }

    private Optional<Refusal> refusal(SegmentModel segment, PortModel port, IpAddress address) {
        return book.owner(segment.domain(), address) == null
                ? LearnRules.refusal(segment, port, address)
                : Optional.of(new Refusal("EADDRINUSE", "another port's address"));
    }

    private boolean add(SegmentModel segment, PortModel port, IpAddress address) {
        final Claim claim =
                new Claim(port.index(), new IpPrefix(address, address.bits()), Origin.LEARNED);
        if (!book.hasRoomFor(claim)) {
            return false;
        }
        makeRoom(port, port.learn() - 1);
        book.add(segment.domain(), claim);
        direct.accept(segment.domain(), address);
        if (events.admits(port.name())) {
            log.info("event=address_learned port={} address={}", port.name(), address);
        }
        return true;
    }

    private void makeRoom(PortModel port, int most) {
        while (book.learned(port.index()) > most) {
            forget(port, book.oldestLearned(port.index()), "oldest");
        }
    }

    private TokenBucket bucket(PortModel port) {
        return buckets.computeIfAbsent(
                port.index(),
                p ->
                        new TokenBucket(
                                Math.max(LEAST_BURST, port.learn()),
                                PER_SECOND,
                                clock.getAsLong()));
    }

    private void forget(PortModel port, Claim claim, String why) {
        final IpAddress address = claim.address().address();
        book.remove(port.domain(), port.index(), address);
        direct.accept(port.domain(), address);
        if (events.admits(port.name())) {
            log.info(
                    "event=address_forgotten port={} address={} reason=\"{}\"",
                    port.name(),
                    address,
                    why);
        }
    }

    /** The guest is gone: nothing that was learned of it may keep another from it. */
    void linkDown(PortModel port) {
        while (book.learned(port.index()) > 0) {
            forget(port, book.oldestLearned(port.index()), "link down");
        }
    }

    /** Another configuration may forbid what was learned by the one before it. */
    void review(SwitchModel model) {
        for (PortModel port : model.ports()) {
            if (port != null && book.learned(port.index()) > 0) {
                makeRoom(port, port.learn());
                review(model.segmentOf(port.index()), port);
            }
        }
    }

    private void review(SegmentModel segment, PortModel port) {
        for (Claim claim : book.of(port.index())) {
            if (claim.origin() == Origin.LEARNED) {
                LearnRules.refusal(segment, port, claim.address().address())
                        .ifPresent(refusal -> forget(port, claim, refusal.reason()));
            }
        }
    }

    /** Takes an address from the port that it was learned of, for one with a better right. */
    void giveWay(SwitchModel model, int domain, IpAddress address) {
        final Claim owner = book.owner(domain, address);
        if (owner != null && owner.origin() == Origin.LEARNED) {
            forget(model.port(owner.port()), owner, "assigned to another");
        }
    }

    /** A port is gone, and its index may become another's. */
    void forgetPort(int port) {
        buckets.remove(port);
    }
}
