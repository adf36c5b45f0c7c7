// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/** What a port is attached to. */
public enum EndpointType {
    TAP,
    MEMIF,
    VHOST_USER
}
