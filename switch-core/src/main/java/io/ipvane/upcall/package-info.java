// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 4: where lcores and the conductor meet about frames. Up by {@link
 * io.ipvane.upcall.ControlMailbox}, down by {@link io.ipvane.upcall.ToLcore}: bounded rings without
 * locks, whose messages are of a few dozen bytes; a frame goes as the address of its mbuf.
 *
 * <p>Owner: each end belongs to one thread, named at its methods.
 */
package io.ipvane.upcall;
