// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

/**
 * One neighbour of an uplink.
 *
 * @param uplink where it is
 * @param address its IP address
 * @param mac its MAC address; {@code ""} while it is looked for
 * @param state {@code reachable}, {@code incomplete}, {@code failed} or {@code permanent}, as
 *     iproute2 says it
 */
public record NeighborView(String uplink, String address, String mac, String state) {}
