// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

/**
 * What a {@link DhcpSnooper} has met so far.
 *
 * @param requests of clients that were understood
 * @param replies that found their port
 * @param identified requests that went on under another identifier
 * @param unmatched replies that answer nothing that was asked here
 * @param malformed messages that were left alone
 * @param refused requests that were another port's, or one too many of a number
 * @param noRoom leases beyond the bound, and identifiers that did not fit the frame
 */
public record DhcpCounters(
        long requests,
        long replies,
        long identified,
        long unmatched,
        long malformed,
        long refused,
        long noRoom) {}
