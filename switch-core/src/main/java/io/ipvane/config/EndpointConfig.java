// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.nio.file.Path;
import java.util.Optional;

/** What a port is attached to. */
public sealed interface EndpointConfig {
    /** The word for it in the file. */
    String type();

    /**
     * A TAP interface that the switch makes.
     *
     * @param netns network namespace that it is put into; empty: that of the daemon
     * @param interfaceName of the interface to make
     */
    record Tap(Optional<String> netns, String interfaceName) implements EndpointConfig {
        static final String TYPE = "tap";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /**
     * The virtual network card of a machine or program that shares its memory by the vhost-user
     * protocol.
     *
     * @param socket of at most 107 bytes
     * @param role who makes the socket
     * @param mac that the card has, 48 bits; empty: what it sends from
     * @param mergeable whether a frame may lie in several of the guest's buffers
     * @param socketMode rights of a socket of ours, such as 0660
     * @param socketGroup who owns a socket of ours; empty: the group of the daemon
     */
    record VhostUser(
            Path socket,
            SocketRole role,
            Optional<Long> mac,
            boolean mergeable,
            int socketMode,
            Optional<String> socketGroup)
            implements EndpointConfig {
        static final String TYPE = "vhost-user";

        /** Rights of a socket unless others are named: its owner and its group. */
        public static final int DEFAULT_MODE = 0660;

        @Override
        public String type() {
            return TYPE;
        }
    }
}
