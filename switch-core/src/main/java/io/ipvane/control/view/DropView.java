// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

/**
 * Frames lost at one port for one reason.
 *
 * @param port that caused the loss: a port, an uplink or a host port
 * @param reason key of a {@link io.ipvane.burst.DropReason}
 * @param count frames since the daemon started
 * @param sentence what the reason means
 */
public record DropView(String port, String reason, long count, String sentence) {}
