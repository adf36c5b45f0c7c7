// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import java.util.Optional;

/**
 * Who a request comes from.
 *
 * @param uplink the domain of its addresses
 * @param port index of the port, or of the host port
 * @param mac the one MAC address of the uplink
 * @param own the identifier that tells it from its siblings; empty where identifiers are to stay
 * @param leases whether an address that it is given shall be entered; a host port's is not
 */
public record DhcpClient(int uplink, int port, long mac, Optional<ClientId> own, boolean leases) {}
