// SPDX-License-Identifier: Apache-2.0
package io.ipvane.model;

/**
 * A network of a tunnel as the exit of its segment: what leaves by it goes to other hosts.
 *
 * @param port place among ports of the entry that stands for the tunnel in this network, which is
 *     the domain of the segment too
 * @param tunnel name of the tunnel, for readers
 * @param vni number of the network
 */
public record TunnelExit(int port, String tunnel, int vni) implements Exit {}
