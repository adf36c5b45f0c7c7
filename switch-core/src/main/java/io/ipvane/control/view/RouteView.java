// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

/**
 * One route of an uplink.
 *
 * @param uplink that routes by it
 * @param to destination network
 * @param via gateway; {@code ""} for a connected network or a blackhole
 * @param type {@code unicast}, {@code connected} or {@code blackhole}
 */
public record RouteView(String uplink, String to, String via, String type) {}
