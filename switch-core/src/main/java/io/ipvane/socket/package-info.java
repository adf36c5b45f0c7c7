// SPDX-License-Identifier: Apache-2.0
/**
 * Files of unix sockets: who may be at a path, and who may connect. Not the sockets themselves.
 *
 * <p>Control plane, any thread. Source: unix(7).
 */
package io.ipvane.socket;
