// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/** What the switch is at a unix socket. */
public enum SocketRole {
    /** The other side makes the socket and listens; the switch connects, and again when it went. */
    CLIENT,

    /** The switch makes the socket and listens. */
    SERVER
}
