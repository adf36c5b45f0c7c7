// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

/** A numbered series of distinct addresses, host order. */
interface Addresses {
    /** High half of an IPv6 address; IPv4 has none. */
    long high(int i);

    /** Low half of an IPv6 address, or an IPv4 address, zero-extended. */
    long low(int i);
}
