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
import java.util.List;
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
        assertTrue(book.holds(claim(2, "10.0.0.21/32")));
        assertFalse(book.holds(claim(3, "10.0.0.21/24")));
        book.remove(0, 2, A);
        assertFalse(book.holds(claim(2, "10.0.0.21/24")));
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
}
