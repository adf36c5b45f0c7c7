// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 10: what the switch shows of itself, as immutable records that know nothing of how it
 * works. Component names are the JSON keys of REST and command line and stay; they are those of the
 * configuration file where the file has them. A value that does not apply is {@code ""}, 0 or an
 * empty list, never absent.
 *
 * <p>Made by the conductor's thread or from counters that may be stale; read by any thread.
 */
package io.ipvane.control.view;
