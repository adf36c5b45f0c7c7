// SPDX-License-Identifier: Apache-2.0
package io.ipvane.model;

/**
 * An uplink as the exit of its segment.
 *
 * @param port its place among ports, which is the domain of its segment too
 * @param device as configured, for readers
 * @param vlan VLAN identifier of its frames, 0: they have no tag
 */
public record UplinkExit(int port, String device, int vlan) implements Exit {}
