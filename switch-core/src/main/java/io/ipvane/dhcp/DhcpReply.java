// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import java.util.Optional;

/**
 * Where a server's message belongs.
 *
 * @param port index of the port, or of the host port, that asked
 * @param payload what it shall get in place of what came, if anything
 */
public record DhcpReply(int port, Optional<byte[]> payload) {}
