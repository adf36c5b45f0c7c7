// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 11: the admin interface, JSON over HTTP on a unix socket and on loopback. It asks a {@link
 * io.ipvane.control.view.StatusSource} and translates the answer; it has no other logic and holds
 * no state of the switch. GET only.
 *
 * <p>Every request has a virtual thread of its own, below a bound on connections, header and body.
 * {@link io.ipvane.admin.AdminServer} is started and closed by the daemon's main thread.
 *
 * <p>Sources: RFC 9110 (HTTP), RFC 9457 (problem details).
 */
package io.ipvane.admin;
