// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 8.7: what the switch says of packets that it could not send on: ICMP errors for IPv4 and
 * IPv6. {@link io.ipvane.icmp.OffendingPacket} reads the packet and judges whether its sender may
 * be told, {@link io.ipvane.icmp.ErrorFrames} writes what it is told, {@link
 * io.ipvane.icmp.ErrorUpcall} says it, and how often.
 *
 * <p>Does not decide where packets go, and answers no echo request. Conductor only: errors are
 * rare, and made off the fast path. Sources: RFC 792, 1122, 1191, 1812, 4443, 7600, 8201; spec
 * TX-24, F5, F26, COR-17.
 */
package io.ipvane.icmp;
