// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import io.ipvane.table.Fib4;
import io.ipvane.table.Fib6;

/**
 * The {@code allowedSources} of one port: frozen, asked only where a source is not the port's own.
 */
public record SourcePrefixes(Fib4 ipv4, Fib6 ipv6) {
    /** Allows nothing beyond the port's own addresses. */
    public static final SourcePrefixes NONE = new SourcePrefixes(Fib4.EMPTY, Fib6.EMPTY);

    /** Whether an IPv4 source, a host-order int, is allowed. */
    public boolean contains4(int address) {
        return ipv4.find(address) != Fib4.NONE;
    }

    /** Whether an IPv6 source is allowed. */
    public boolean contains6(long high, long low) {
        return ipv6.find(high, low) != Fib6.NONE;
    }
}
