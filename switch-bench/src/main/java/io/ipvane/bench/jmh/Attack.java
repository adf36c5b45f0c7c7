// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

/**
 * Addresses as somebody would choose who wants lookups to be slow: he knows this code, not the
 * secret of a running switch.
 */
public enum Attack {
    /** A subnet from end to end. */
    SEQUENTIAL {
        @Override
        Addresses of(int family, int count) {
            return stride(family, 0);
        }
    },
    /** Subnets of 256, one host of each. */
    STRIDE_256 {
        @Override
        Addresses of(int family, int count) {
            return stride(family, 8);
        }
    },
    /** The same low 16 bits. */
    LOW_BITS {
        @Override
        Addresses of(int family, int count) {
            return stride(family, 16);
        }
    },
    /** The same hash under a secret that he guessed, in all bits that choose a slot but five. */
    GUESSED {
        @Override
        Addresses of(int family, int count) {
            return guessed(family, count);
        }
    };

    private static final long PREFIX6 = 0xFD00_0000_0000_0000L;
    private static final long GUESS_0 = 0x9E37_79B9_7F4A_7C15L;
    private static final long GUESS_1 = 0xBF58_476D_1CE4_E5B9L;
    private static final int FREE_BITS = 5;

    /** A series of at least {@code count} addresses. */
    abstract Addresses of(int family, int count);

    private static Addresses stride(int family, int shift) {
        return new Addresses() {
            @Override
            public long high(int i) {
                return family == 4 ? 0 : PREFIX6;
            }

            @Override
            public long low(int i) {
                final long low = (long) i << shift;
                return family == 4 ? low & 0xFFFF_FFFFL : low;
            }
        };
    }

    private static Addresses guessed(int family, int count) {
        final long high = family == 4 ? 0 : PREFIX6;
        final long slots = Long.highestOneBit(2L * count - 1) << 1;
        final long mask = (slots - 1) * (family == 4 ? 16 : 32);
        final long near = (1L << FREE_BITS) * (family == 4 ? 16 : 32);
        final long[] low = new long[count];
        int found = 0;
        for (long address = 1; found < count; address++) {
            if ((hash(family, high, address) & mask) < near) {
                low[found++] = address;
            }
        }
        return new Addresses() {
            @Override
            public long high(int i) {
                return high;
            }

            @Override
            public long low(int i) {
                return low[i];
            }
        };
    }

    /** The hash of the tables with the guess in place of every secret. */
    private static long hash(int family, long high, long low) {
        return family == 4
                ? fold(fold(low ^ GUESS_0, GUESS_1) ^ GUESS_0, GUESS_1)
                : fold(fold(high ^ GUESS_0, low ^ GUESS_0) ^ fold(GUESS_0, GUESS_1), GUESS_1);
    }

    private static long fold(long a, long b) {
        return Math.unsignedMultiplyHigh(a, b) ^ (a * b);
    }
}
