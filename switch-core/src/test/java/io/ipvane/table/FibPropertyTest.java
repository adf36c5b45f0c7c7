// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Longest prefix match against a scan over all routes, in plain big integers. */
class FibPropertyTest {
    private static final int TABLES = 150;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldAgreeWithAScanOverAllIpv4Routes(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int n = 0; n < TABLES; n++) {
            final Routes routes = new Routes(32, random);
            final Fib4.Builder builder = new Fib4.Builder();
            routes.all.forEach(
                    route -> builder.add(route.first.intValue(), route.length, route.nextHop));
            final Fib4 fib = builder.build();
            routes.interesting()
                    .forEach(
                            address ->
                                    assertEquals(
                                            routes.scan(address), fib.find(address.intValue())));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldAgreeWithAScanOverAllIpv6Routes(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int n = 0; n < TABLES; n++) {
            final Routes routes = new Routes(128, random);
            final Fib6.Builder builder = new Fib6.Builder();
            routes.all.forEach(
                    route ->
                            builder.add(
                                    route.first.shiftRight(64).longValue(),
                                    route.first.longValue(),
                                    route.length,
                                    route.nextHop));
            final Fib6 fib = builder.build();
            routes.interesting()
                    .forEach(
                            address ->
                                    assertEquals(
                                            routes.scan(address),
                                            fib.find(
                                                    address.shiftRight(64).longValue(),
                                                    address.longValue())));
        }
    }

    private record Route(BigInteger first, BigInteger last, int length, int nextHop) {}

    /** Up to 60 routes that nest and touch: half of them are cut from an earlier one. */
    private static final class Routes {
        private final int bits;
        private final SplittableRandom random;
        private final List<Route> all = new ArrayList<>();

        Routes(int bits, SplittableRandom random) {
            this.bits = bits;
            this.random = random;
            final int count = random.nextInt(60);
            for (int i = 0; i < count; i++) {
                BigInteger address = address();
                int length = random.nextInt(bits + 1);
                if (i > 0 && random.nextBoolean()) {
                    final Route near = all.get(random.nextInt(i));
                    address = random.nextBoolean() ? near.first : near.last;
                    length = Math.clamp(near.length + random.nextInt(-1, 6), 0, bits);
                }
                final int host = bits - length;
                final BigInteger first = address.shiftRight(host).shiftLeft(host);
                final BigInteger size = BigInteger.ONE.shiftLeft(host);
                all.add(
                        new Route(
                                first,
                                first.add(size).subtract(BigInteger.ONE),
                                length,
                                random.nextInt(4)));
            }
        }

        /** Both ends of every route, what lies one beyond them, and some addresses anywhere. */
        List<BigInteger> interesting() {
            final BigInteger space = BigInteger.ONE.shiftLeft(bits);
            final List<BigInteger> addresses = new ArrayList<>();
            for (final Route route : all) {
                addresses.add(route.first);
                addresses.add(route.last);
                addresses.add(route.first.subtract(BigInteger.ONE).mod(space));
                addresses.add(route.last.add(BigInteger.ONE).mod(space));
                addresses.add(address());
            }
            return addresses;
        }

        int scan(BigInteger address) {
            int length = -1;
            int nextHop = -1;
            for (final Route route : all) {
                if (route.length >= length
                        && route.first.compareTo(address) <= 0
                        && route.last.compareTo(address) >= 0) {
                    length = route.length;
                    nextHop = route.nextHop;
                }
            }
            return nextHop;
        }

        private BigInteger address() {
            return BigInteger.valueOf(random.nextLong())
                    .shiftLeft(64)
                    .xor(BigInteger.valueOf(random.nextLong()))
                    .mod(BigInteger.ONE.shiftLeft(bits));
        }
    }
}
