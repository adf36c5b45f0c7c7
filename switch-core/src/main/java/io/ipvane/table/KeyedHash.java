// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

/**
 * The hash of the tables: multiplication to 128 bits, folded by exclusive or, under a random
 * secret. Addresses are chosen by strangers; without the secret nobody can choose them so that they
 * meet in one place. A key passes two rounds. One is not enough: what differs in a few bits only,
 * as the addresses of a subnet do, leaves it with a pattern, and runs of hundreds of slots were
 * seen for some secrets where two rounds gave 56. The second may be an ordinary multiplication of
 * which the high half is used, which is cheaper by one instruction.
 *
 * <p>Not a cryptographic hash: safe as long as its values stay inside.
 */
public final class KeyedHash {
    private KeyedHash() {}

    /** High and low half of the unsigned 128-bit product, exclusive-ored. */
    public static long fold(long a, long b) {
        return Math.unsignedMultiplyHigh(a, b) ^ (a * b);
    }
}
