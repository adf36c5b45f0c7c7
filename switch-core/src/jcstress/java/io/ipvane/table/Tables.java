// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import java.util.SplittableRandom;

/**
 * Tables of eight slots a family, with secrets that are the same in every one, and keys whose
 * search begins at the same slot: the first put goes there, the second behind it. For IPv6, every
 * mixture of the two keys' halves begins there too, and so does the first key in domain 0.
 */
final class Tables {
    static final int DOMAIN = 7;

    /** High halves of two IPv6 keys. */
    static final long[] HI = new long[2];

    /** Low halves of two IPv6 keys. */
    static final long[] LO = new long[2];

    /** Three IPv4 keys. */
    static final int[] IPV4 = new int[3];

    private static final int SECRET = 42;

    static {
        final AddressTable table = create(new HandOver());
        for (int i = 1, found = 0; found < IPV4.length; i++) {
            if (home4(table, i) == 0) {
                IPV4[found++] = i;
            }
        }
        HI[0] = 0xFD00L << 48;
        LO[0] = 1;
        while (home6(table, DOMAIN, HI[0], LO[0]) != 0 || home6(table, 0, HI[0], LO[0]) != 0) {
            LO[0]++;
        }
        LO[1] = LO[0] + 1;
        while (home6(table, DOMAIN, HI[0], LO[1]) != 0) {
            LO[1]++;
        }
        HI[1] = HI[0] + 1;
        while (home6(table, DOMAIN, HI[1], LO[0]) != 0 || home6(table, DOMAIN, HI[1], LO[1]) != 0) {
            HI[1]++;
        }
    }

    private Tables() {}

    static AddressTable create(Grace grace) {
        return new AddressTable(4, 4, grace, new Slab(), new SplittableRandom(SECRET));
    }

    private static long home4(AddressTable table, int address) {
        return table.region4.hash(DOMAIN, 0, address) & table.region4.offsetMask;
    }

    private static long home6(AddressTable table, int domain, long hi, long lo) {
        return table.region6.hash(domain, hi, lo) & table.region6.offsetMask;
    }
}
