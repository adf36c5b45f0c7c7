// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

/** Addresses without a pattern; no two are the same, as all steps can be undone. */
final class RandomAddresses implements Addresses {
    private final int family;

    RandomAddresses(int family) {
        this.family = family;
    }

    @Override
    public long high(int i) {
        return family == 4 ? 0 : 0xFD00_0000_0000_0000L | mix(~i) >>> 16;
    }

    @Override
    public long low(int i) {
        return family == 4 ? mix32(i) & 0xFFFF_FFFFL : mix(i);
    }

    private static int mix32(int i) {
        int x = i * 0x9E37_79B1;
        x = (x ^ x >>> 16) * 0x85EB_CA6B;
        return x ^ x >>> 13;
    }

    private static long mix(long i) {
        long x = i * 0x9E37_79B9_7F4A_7C15L;
        x = (x ^ x >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        return x ^ x >>> 27;
    }
}
