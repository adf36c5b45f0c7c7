// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.table.KeyedHash;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Who claims which address, and who has it. One address belongs to one port of a segment (spec
 * ADR-2); a second claim, which only a namespace can make, waits its turn and is reported, not
 * dispatched.
 *
 * <p>There may be millions of claims, so a claim is its own entry of the hash table and of its
 * port's list: about 90 bytes each, address included. Addresses are chosen by whoever owns a
 * namespace, so the hash has a secret: nobody can make the book slow. What one namespace may claim
 * is bounded ({@link #MAX_OF_NAMESPACE}), and what all claim ({@link #MAX}), so that nobody can
 * exhaust the memory for the others' addresses.
 *
 * <p>Conductor thread only. Knows nothing of whether a port is up: what is dispatched is a matter
 * of the address table.
 */
final class AddressBook {
    /** Claims that one port may have which its configuration does not give it. */
    static final int MAX_OF_NAMESPACE = 65_536;

    /** Claims of all ports, but for those of the configuration. */
    static final int MAX = 4_194_304;

    private static final int FIRST_BUCKETS = 64;

    /** Where a claim comes from. */
    enum Origin {
        CONFIG("config"),
        NAMESPACE("namespace"),
        LINK_LOCAL("linklocal"),
        DHCP("dhcp"),
        LEARNED("learned");

        private final String key;

        Origin(String key) {
            this.key = key;
        }

        /** The name for readers. */
        String key() {
            return key;
        }
    }

    /** One claim of one port. In one book once at most: the book keeps its links here. */
    static final class Claim {
        private final int port;
        private final IpAddress address;
        private final byte length;
        private Origin origin;

        private int domain;

        /** The next address in the same bucket; of the claim that has the address only. */
        private Claim nextInBucket;

        /** Who claims the same address and came next. */
        private Claim nextWaiting;

        // Its neighbours in the list of its port, which PortClaims keeps.
        Claim older;
        Claim newer;

        Claim(int port, IpPrefix address, Origin origin) {
            this.port = port;
            this.address = address.address();
            this.length = (byte) address.length();
            this.origin = origin;
        }

        /** Index of the port that claims. */
        int port() {
            return port;
        }

        /** What it claims, with the prefix length that it came with. */
        IpPrefix address() {
            return new IpPrefix(address, length & 0xFF);
        }

        Origin origin() {
            return origin;
        }

        @Override
        public String toString() {
            return "port " + port + " claims " + address();
        }
    }

    private final long secret0;
    private final long secret1;
    private final Map<Integer, PortClaims> byPort = new HashMap<>();
    private Claim[] buckets = new Claim[FIRST_BUCKETS];
    private int owned;
    private int size;

    AddressBook() {
        final SecureRandom random = new SecureRandom();
        secret0 = random.nextLong();
        secret1 = random.nextLong() | 1;
    }

    /** Whether there is room for a claim; that of the configuration always finds some. */
    boolean hasRoomFor(Claim claim) {
        if (claim.origin == Origin.CONFIG) {
            return true;
        }
        final PortClaims own = byPort.get(claim.port);
        return size < MAX && (own == null || own.size() < MAX_OF_NAMESPACE);
    }

    /**
     * Adds a claim that {@link #holds} does not know yet.
     *
     * @return the claim that has the address now: this one, or that of whoever came before
     */
    Claim add(int domain, Claim claim) {
        claim.domain = domain;
        appendToPort(claim);
        final Claim owner = owner(domain, claim.address);
        if (owner == null) {
            if (++owned > buckets.length) {
                grow();
            }
            insert(claim);
            return claim;
        }
        Claim last = owner;
        while (last.nextWaiting != null) {
            last = last.nextWaiting;
        }
        last.nextWaiting = claim;
        return owner;
    }

    /** Whether the same port has claimed the same address before, whatever the prefix length. */
    boolean holds(int domain, Claim claim) {
        return find(domain, claim.port, claim.address) != null;
    }

    /** What a port claims at an address, with or without success, or null. */
    Claim find(int domain, int port, IpAddress address) {
        Claim c = owner(domain, address);
        while (c != null && c.port != port) {
            c = c.nextWaiting;
        }
        return c;
    }

    /** Says that a claim comes from elsewhere now; it keeps its place. */
    void relabel(Claim claim, Origin origin) {
        byPort.get(claim.port).relabel(claim, () -> claim.origin = origin);
    }

    /** Makes a claim the newest of its port. */
    void touch(Claim claim) {
        if (claim.newer != null) {
            removeFromPort(claim);
            appendToPort(claim);
        }
    }

    /** How many addresses have been learned of a port. */
    int learned(int port) {
        final PortClaims own = byPort.get(port);
        return own == null ? 0 : own.learned();
    }

    /** The oldest claim of a port that was learned, or null. */
    Claim oldestLearned(int port) {
        final PortClaims own = byPort.get(port);
        return own == null ? null : own.oldestLearned();
    }

    /**
     * Withdraws the claim of a port.
     *
     * @return the claim that has the address now, or null where nobody is left
     */
    Claim remove(int domain, int port, IpAddress address) {
        final Claim owner = owner(domain, address);
        if (owner == null) {
            return null;
        }
        if (owner.port == port) {
            removeFromPort(owner);
            return succeed(owner);
        }
        for (Claim before = owner; before.nextWaiting != null; before = before.nextWaiting) {
            final Claim claim = before.nextWaiting;
            if (claim.port == port) {
                before.nextWaiting = claim.nextWaiting;
                removeFromPort(claim);
                break;
            }
        }
        return owner;
    }

    /** Puts the next claim of the same address in the place of the one that had it. */
    private Claim succeed(Claim owner) {
        final Claim next = owner.nextWaiting;
        if (next != null) {
            next.nextInBucket = owner.nextInBucket;
            relink(owner, next);
        } else {
            relink(owner, owner.nextInBucket);
            owned--;
        }
        return next;
    }

    private void relink(Claim from, Claim to) {
        final int bucket = bucket(from.domain, from.address);
        if (buckets[bucket] == from) {
            buckets[bucket] = to;
            return;
        }
        Claim before = buckets[bucket];
        while (before.nextInBucket != from) {
            before = before.nextInBucket;
        }
        before.nextInBucket = to;
    }

    /** The claim that has an address, or null. */
    Claim owner(int domain, IpAddress address) {
        Claim c = buckets[bucket(domain, address)];
        while (c != null && !(c.domain == domain && c.address.equals(address))) {
            c = c.nextInBucket;
        }
        return c;
    }

    /** All claims of one port, with or without success, oldest first. */
    List<Claim> of(int port) {
        final PortClaims own = byPort.get(port);
        return own == null ? List.of() : own.all();
    }

    /**
     * Gives claims of one port to {@code reader}, oldest first. Where claims have gone since the
     * last page, some may be given again; none that stays is left out.
     *
     * @return where the next begin, or null where these were the last
     */
    PortClaims.Cursor page(int port, PortClaims.Cursor from, int max, Consumer<Claim> reader) {
        final PortClaims own = byPort.get(port);
        return own == null ? null : own.page(from, max, reader);
    }

    /** Claims of all ports, with or without success. */
    int size() {
        return size;
    }

    private void appendToPort(Claim claim) {
        byPort.computeIfAbsent(claim.port, p -> new PortClaims()).append(claim);
        size++;
    }

    private void removeFromPort(Claim claim) {
        final PortClaims own = byPort.get(claim.port);
        own.remove(claim);
        if (own.size() == 0) {
            byPort.remove(claim.port);
        }
        size--;
    }

    private void insert(Claim claim) {
        final int bucket = bucket(claim.domain, claim.address);
        claim.nextInBucket = buckets[bucket];
        buckets[bucket] = claim;
    }

    private void grow() {
        final Claim[] before = buckets;
        buckets = new Claim[before.length * 2];
        for (Claim first : before) {
            for (Claim c = first; c != null; ) {
                final Claim next = c.nextInBucket;
                insert(c);
                c = next;
            }
        }
    }

    /** Two rounds of a multiplication to 128 bits, folded, under secrets. */
    private int bucket(int domain, IpAddress address) {
        final long first = KeyedHash.fold(address.key0() ^ secret0, address.key1() ^ secret1);
        final long second = KeyedHash.fold(first ^ secret1, (domain ^ secret0) | 1);
        return (int) (second >>> 32) & (buckets.length - 1);
    }
}
