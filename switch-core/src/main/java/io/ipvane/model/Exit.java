// SPDX-License-Identifier: Apache-2.0
package io.ipvane.model;

/**
 * Where frames of a segment go that are for none of its ports, and where others come in: what the
 * verdict WIRE means. Immutable.
 */
public sealed interface Exit permits UplinkExit, TunnelExit {
    /**
     * Place among ports of the entry that stands for it: rules, counters and state of what comes in
     * and goes out here.
     */
    int port();
}
