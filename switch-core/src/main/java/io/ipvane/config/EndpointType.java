// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/** The word by which the file says what a port is attached to. */
enum EndpointType {
    TAP,
    MEMIF,
    VHOST_USER
}
