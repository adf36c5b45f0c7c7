// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memif;

import java.nio.file.Path;

/**
 * What a memif port is, for its peer.
 *
 * @param port its name
 * @param socket path of the control channel
 * @param client whether the other side listens
 * @param id of the interface, 0 to 2^32 - 1: of several at one path the other side tells them by it
 * @param queues rings in each direction at most
 */
public record MemifOptions(String port, Path socket, boolean client, long id, int queues) {
    /** Of the program, for the peer's log. */
    static final String NAME = "ipvane";
}
