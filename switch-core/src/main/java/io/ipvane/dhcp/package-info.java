// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 8.7: DHCP for ports that share one MAC address (spec B-4, F16). {@link
 * io.ipvane.dhcp.DhcpSnooper} reads what clients and servers say to each other: it remembers which
 * port asked, so that the answer finds it; gives a client that a server could not tell from its
 * siblings an identifier of its own; and knows who leases which address until when.
 *
 * <p>Neither server nor relay nor client: it answers nothing and asks nothing. IPv4 only; DHCPv6
 * needs none of it, as each port has a link-local address of its own.
 *
 * <p>Owner: the conductor. Input is bytes that strangers wrote, so everything is bounded and a
 * message that contradicts itself is left alone. Sources: RFC 2131, RFC 2132, RFC 3396, RFC 6842.
 */
package io.ipvane.dhcp;
