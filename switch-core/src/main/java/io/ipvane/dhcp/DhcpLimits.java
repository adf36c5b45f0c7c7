// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import java.time.Duration;

/**
 * Bounds of a {@link DhcpSnooper}: what strangers say may take no more room than this.
 *
 * @param transactionsAPort requests of a port that may be open; the oldest makes room
 * @param transactions of all ports; the oldest makes room
 * @param leasesAPort leases a port may have; one more is not entered
 * @param leases of all ports; one more is not entered
 * @param timeout how long a request waits for its answer
 */
public record DhcpLimits(
        int transactionsAPort, int transactions, int leasesAPort, int leases, Duration timeout) {
    /** Ample for ports that are stations. Clients repeat a request for a minute or so. */
    public static final DhcpLimits DEFAULT =
            new DhcpLimits(32, 16_384, 64, 65_536, Duration.ofSeconds(60));
}
