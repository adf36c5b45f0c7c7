// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 11: the admin interface, JSON over HTTP on a unix socket and on loopback. It asks a {@link
 * io.ipvane.control.view.StatusSource} and translates the answer; it turns a change into a {@link
 * io.ipvane.config.ConfigEdit} and hands the result to a {@link
 * io.ipvane.control.view.ConfigTarget}. It has no other logic and holds no state of the switch.
 *
 * <p>Every request has a virtual thread of its own, below a bound on connections, header and body.
 * {@link io.ipvane.admin.AdminServer} is started and closed by the daemon's main thread.
 *
 * <p>Sources: RFC 9110 (HTTP), RFC 9457 (problem details), RFC 7396 (merge patch), RFC 6901
 * (pointers).
 */
package io.ipvane.admin;
