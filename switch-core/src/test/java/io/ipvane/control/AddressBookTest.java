// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AddressBookTest {
    private static final IpAddress A = IpAddress.parse("10.0.0.21");

    private final AddressBook book = new AddressBook();

    private static Claim claim(int port, String address) {
        return new Claim(port, IpPrefix.parseWithHostBits(address), Origin.NAMESPACE);
    }

    @Test
    void shouldLetTheFirstClaimHaveTheAddressAndTheOthersWaitInOrder() {
        final Claim first = claim(2, "10.0.0.21/24");
        final Claim second = claim(3, "10.0.0.21/32");
        final Claim third = claim(4, "10.0.0.21/24");
        assertEquals(first, book.add(0, first));
        assertEquals(first, book.add(0, second));
        assertEquals(first, book.add(0, third));
        assertEquals(second, book.remove(0, 2, A));
        assertEquals(second, book.owner(0, A));
        assertEquals(second, book.remove(0, 4, A));
        assertNull(book.remove(0, 3, A));
        assertNull(book.owner(0, A));
        assertNull(book.remove(0, 3, A));
    }

    @Test
    void shouldKnowAClaimWhateverItsPrefixLength() {
        book.add(0, claim(2, "10.0.0.21/24"));
        assertTrue(book.holds(0, claim(2, "10.0.0.21/32")));
        assertFalse(book.holds(0, claim(3, "10.0.0.21/24")));
        book.remove(0, 2, A);
        assertFalse(book.holds(0, claim(2, "10.0.0.21/24")));
    }

    @Test
    void shouldKnowWhichLearnedAddressWasNamedLongestAgo() {
        final Claim configured = claim(2, "10.0.0.1/24");
        book.add(0, configured);
        assertNull(book.oldestLearned(2));
        final Claim first = new Claim(2, IpPrefix.parse("10.0.0.2"), Origin.LEARNED);
        final Claim second = new Claim(2, IpPrefix.parse("10.0.0.3"), Origin.LEARNED);
        book.add(0, first);
        book.add(0, second);
        assertEquals(2, book.learned(2));
        assertEquals(first, book.oldestLearned(2));
        book.touch(first);
        book.touch(first);
        assertEquals(second, book.oldestLearned(2));
        assertEquals(List.of(configured, second, first), book.of(2));
        assertEquals(3, book.size());
        book.relabel(second, Origin.CONFIG);
        assertEquals(1, book.learned(2));
        assertEquals(first, book.oldestLearned(2));
        book.remove(0, 2, first.address().address());
        assertEquals(0, book.learned(2));
        assertNull(book.oldestLearned(2));
        assertEquals(0, book.learned(3));
        assertNull(book.oldestLearned(3));
    }

    @Test
    void shouldSayThatAClaimComesFromElsewhereNow() {
        final Claim first = claim(2, "10.0.0.21/24");
        final Claim second = claim(3, "10.0.0.21/24");
        book.add(0, first);
        book.add(0, second);
        book.relabel(second, Origin.DHCP);
        assertEquals(Origin.DHCP, book.find(0, 3, A).origin());
        assertEquals(Origin.NAMESPACE, book.owner(0, A).origin());
        assertNull(book.find(0, 4, A));
        assertEquals(second, book.remove(0, 2, A), "it has kept its place");
    }

    @Test
    void shouldKeepUplinksApart() {
        book.add(0, claim(2, "10.0.0.21/24"));
        final Claim other = claim(7, "10.0.0.21/24");
        assertEquals(other, book.add(5, other));
        assertNull(book.owner(1, A));
    }

    @Test
    void shouldListTheClaimsOfAPortOldestFirst() {
        final Claim one = claim(2, "10.0.0.21/24");
        final Claim two = claim(2, "fd00::21/64");
        book.add(0, claim(3, "10.0.0.21/24"));
        book.add(0, one);
        book.add(0, two);
        assertEquals(List.of(one, two), book.of(2));
        book.remove(0, 2, A);
        assertEquals(List.of(two), book.of(2));
        assertEquals(List.of(), book.of(9));
    }

    @Test
    void shouldDoAsAMapOfListsDoes() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        final Map<String, List<Claim>> expected = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            final int uplink = random.nextInt(2);
            final int port = 10 * uplink + random.nextInt(4);
            final String address = "10.0." + random.nextInt(2) + "." + random.nextInt(200);
            final List<Claim> all =
                    expected.computeIfAbsent(uplink + " " + address, a -> new ArrayList<>());
            final Claim claim = claim(port, address);
            final boolean held = all.stream().anyMatch(c -> c.port() == port);
            assertEquals(held, book.holds(uplink, claim), () -> "seed " + seed);
            if (random.nextBoolean()) {
                if (!held) {
                    all.add(claim);
                    assertEquals(all.get(0), book.add(uplink, claim), () -> "seed " + seed);
                }
            } else {
                all.removeIf(c -> c.port() == port);
                final Claim now = book.remove(uplink, port, IpAddress.parse(address));
                assertEquals(all.isEmpty() ? null : all.get(0), now, () -> "seed " + seed);
            }
        }
        final int size = expected.values().stream().mapToInt(List::size).sum();
        assertEquals(size, book.size(), () -> "seed " + seed);
        int listed = 0;
        for (int port = 0; port < 20; port++) {
            for (Claim claim : book.of(port)) {
                final String key = port / 10 + " " + claim.address().address();
                assertTrue(expected.get(key).contains(claim), () -> "seed " + seed);
                listed++;
            }
        }
        assertEquals(size, listed, () -> "seed " + seed);
    }

    /** Whoever owns a namespace may not take the memory for the addresses of others. */
    @Test
    void shouldBoundTheClaimsOfANamespaceButNotOfTheConfiguration() {
        for (int i = 0; i < AddressBook.MAX_OF_NAMESPACE; i++) {
            final Claim claim = claim(2, "172.16." + (i >>> 8) + "." + (i & 255));
            assertTrue(book.hasRoomFor(claim));
            book.add(0, claim);
        }
        assertFalse(book.hasRoomFor(claim(2, "10.0.0.21")));
        assertTrue(book.hasRoomFor(claim(3, "10.0.0.21")));
        assertTrue(
                book.hasRoomFor(
                        new Claim(2, IpPrefix.parseWithHostBits("10.0.0.21"), Origin.CONFIG)));
        book.remove(0, 2, IpAddress.parse("172.16.0.0"));
        assertTrue(book.hasRoomFor(claim(2, "10.0.0.21")));
    }

    /** A reader sees every claim that stays, whatever comes and goes between two of its pages. */
    @Test
    void shouldGiveEveryClaimThatStaysInPages() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            final AddressBook pages = new AddressBook();
            final List<IpAddress> there = new ArrayList<>();
            int next = 0;
            for (; next < 40; next++) {
                there.add(put(pages, next));
            }
            final List<IpAddress> stays = new ArrayList<>(there);
            final List<IpAddress> seen = new ArrayList<>();
            PortClaims.Cursor at = PortClaims.Cursor.START;
            while (at != null) {
                at =
                        pages.page(
                                2,
                                at,
                                1 + random.nextInt(8),
                                claim -> seen.add(claim.address().address()));
                for (int i = random.nextInt(4); i > 0 && !there.isEmpty(); i--) {
                    final IpAddress gone = there.remove(random.nextInt(there.size()));
                    stays.remove(gone);
                    pages.remove(0, 2, gone);
                }
                if (random.nextInt(8) == 0 && next < 80) {
                    there.add(put(pages, next++));
                }
            }
            assertTrue(seen.containsAll(stays), "seed " + seed + ": " + seen + " of " + stays);
        }
    }

    private static IpAddress put(AddressBook book, int number) {
        final Claim claim = claim(2, "10.0.1." + number + "/32");
        book.add(0, claim);
        return claim.address().address();
    }
}
