// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;

/**
 * A neighbour that is known without asking.
 *
 * @param address its unicast address
 * @param mac its MAC address, 48 bits, first byte on the wire highest
 */
public record NeighborConfig(IpAddress address, long mac) {}
