// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class FibTest {
    private static final int NET_10 = 0x0A00_0000;
    private static final long DOC = 0x2001_0DB8L << 32;

    @Test
    void shouldFindNothingWithoutRoutes() {
        assertEquals(Fib4.NONE, Fib4.EMPTY.find(0));
        assertEquals(Fib4.NONE, Fib4.EMPTY.find(-1));
        assertEquals(Fib6.NONE, Fib6.EMPTY.find(0, 0));
        assertEquals(Fib6.NONE, Fib6.EMPTY.find(-1, -1));
    }

    @Test
    void shouldSendEverythingToADefaultRoute() {
        final Fib4 fib4 = new Fib4.Builder().add(0, 0, 3).build();
        assertEquals(3, fib4.find(0));
        assertEquals(3, fib4.find(0x8000_0000));
        assertEquals(3, fib4.find(-1));
        assertEquals(1, fib4.ranges());
        final Fib6 fib6 = new Fib6.Builder().add(0, 0, 0, 3).build();
        assertEquals(3, fib6.find(0, 0));
        assertEquals(3, fib6.find(-1, -1));
    }

    @Test
    void shouldPreferTheLongestOfNestedIpv4Prefixes() {
        final Fib4 fib =
                new Fib4.Builder()
                        .add(NET_10 | 0x0102_0304, 32, 4)
                        .add(0, 0, 0)
                        .add(NET_10, 8, 1)
                        .add(NET_10 | 0x0001_0000, 16, 2)
                        .add(NET_10 | 0x0102_0000, 16, 3)
                        .build();
        assertEquals(0, fib.find(NET_10 - 1));
        assertEquals(1, fib.find(NET_10));
        assertEquals(2, fib.find(NET_10 | 0x0001_FFFF));
        assertEquals(1, fib.find(NET_10 | 0x0002_0000));
        assertEquals(3, fib.find(NET_10 | 0x0102_0303));
        assertEquals(4, fib.find(NET_10 | 0x0102_0304));
        assertEquals(3, fib.find(NET_10 | 0x0102_0305));
        assertEquals(1, fib.find(NET_10 | 0x00FF_FFFF));
        assertEquals(0, fib.find(0x0B00_0000));
    }

    @Test
    void shouldPreferTheLongestOfNestedIpv6PrefixesOnBothSidesOfBit64() {
        final Fib6 fib =
                new Fib6.Builder()
                        .add(DOC, 0, 32, 1)
                        .add(DOC | 5, 0, 64, 2)
                        .add(DOC | 5, 1L << 63, 65, 3)
                        .add(DOC | 5, -1, 128, 4)
                        .build();
        assertEquals(Fib6.NONE, fib.find(DOC - 1, -1));
        assertEquals(1, fib.find(DOC, 0));
        assertEquals(1, fib.find(DOC | 4, -1));
        assertEquals(2, fib.find(DOC | 5, Long.MAX_VALUE));
        assertEquals(3, fib.find(DOC | 5, Long.MIN_VALUE));
        assertEquals(4, fib.find(DOC | 5, -1));
        assertEquals(1, fib.find(DOC | 6, 0));
        assertEquals(Fib6.NONE, fib.find(DOC + (1L << 32), 0));
    }

    @Test
    void shouldEndAtTheLastAddressWithoutWrappingRound() {
        final Fib4 fib4 = new Fib4.Builder().add(-1, 32, 1).add(-2, 31, 2).build();
        assertEquals(1, fib4.find(-1));
        assertEquals(2, fib4.find(-2));
        assertEquals(Fib4.NONE, fib4.find(0));
        final Fib6 fib6 = new Fib6.Builder().add(-1, -1, 128, 1).build();
        assertEquals(1, fib6.find(-1, -1));
        assertEquals(Fib6.NONE, fib6.find(0, 0));
    }

    @Test
    void shouldReplaceARouteOfTheSamePrefix() {
        final Fib4.Builder builder = new Fib4.Builder().add(NET_10, 8, 1);
        final Fib4 before = builder.build();
        final Fib4 after = builder.add(NET_10, 8, 2).build();
        assertEquals(1, before.find(NET_10));
        assertEquals(2, after.find(NET_10));
    }

    @Test
    void shouldMergeNeighboursWithTheSameNextHop() {
        final Fib4 fib =
                new Fib4.Builder().add(NET_10, 9, 1).add(NET_10 | 0x0080_0000, 9, 1).build();
        assertEquals(3, fib.ranges());
    }

    @Test
    void shouldRefuseWhatIsNoRouteInASentence() {
        final Fib4.Builder fib4 = new Fib4.Builder();
        assertRefused(
                "route 10.0.0.1/8: address bits beyond the length must be 0",
                () -> fib4.add(NET_10 | 1, 8, 0));
        assertRefused(
                "route 10.0.0.0/33: length is not within 0 to 32", () -> fib4.add(NET_10, 33, 0));
        assertRefused("route 10.0.0.0/8: next hop -1 is negative", () -> fib4.add(NET_10, 8, -1));
        final Fib6.Builder fib6 = new Fib6.Builder();
        assertRefused(
                "route 2001:db8:0:0:0:0:0:1/64: address bits beyond the length must be 0",
                () -> fib6.add(DOC, 1, 64, 0));
        assertRefused(
                "route 2001:db8:0:0:0:0:0:0/129: length is not within 0 to 128",
                () -> fib6.add(DOC, 0, 129, 0));
    }

    private static void assertRefused(String message, Runnable command) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, command::run).getMessage());
    }
}
