// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

/**
 * One address of a port.
 *
 * @param address with prefix length, for example {@code 192.0.2.11/24}
 * @param origin {@code config}, {@code namespace} (set by hand on the interface), {@code
 *     linklocal}, {@code dhcp} or {@code learned}
 * @param state {@code active}, or {@code duplicate}: another port held it first, or the host holds
 *     it
 */
public record AddressView(String address, String origin, String state) {}
