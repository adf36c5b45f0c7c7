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

    /** Somebody who is met at a unix socket, and shares memory from then on. */
    sealed interface OverSocket extends EndpointConfig {
        /** Rights of a socket unless others are named: its owner and its group. */
        int DEFAULT_MODE = 0660;

        /** Absolute path, of at most 107 bytes. */
        Path socket();

        /** Who makes the socket. */
        SocketRole role();

        /** MAC address that the other side has, 48 bits; empty: what it sends from. */
        Optional<Long> mac();

        /** Rights of a socket of ours, such as 0660. */
        int socketMode();

        /** Who owns a socket of ours; empty: the group of the daemon. */
        Optional<String> socketGroup();
    }

    /**
     * The virtual network card of a machine or program that shares its memory by the vhost-user
     * protocol.
     *
     * @param mergeable whether a frame may lie in several of the guest's buffers
     */
    record VhostUser(
            Path socket,
            SocketRole role,
            Optional<Long> mac,
            boolean mergeable,
            int socketMode,
            Optional<String> socketGroup)
            implements OverSocket {
        static final String TYPE = "vhost-user";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /**
     * The interface of a program that exchanges frames by memif, the shared memory packet
     * interface: a container's, as a rule.
     *
     * @param id of the interface, as both sides call it: 32 bits, unsigned
     */
    record Memif(
            Path socket,
            SocketRole role,
            long id,
            Optional<Long> mac,
            int socketMode,
            Optional<String> socketGroup)
            implements OverSocket {
        static final String TYPE = "memif";

        @Override
        public String type() {
            return TYPE;
        }
    }
}
