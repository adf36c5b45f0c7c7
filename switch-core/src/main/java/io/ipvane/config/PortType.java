// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/** What a port is attached to. */
public enum PortType {
    /** A TAP interface that the switch makes. */
    TAP,

    /** A vhost-user socket of a virtual machine. */
    VHOST_USER
}
