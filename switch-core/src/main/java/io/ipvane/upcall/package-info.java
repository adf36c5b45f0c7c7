// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 4: where lcores and the conductor meet about frames. Each lcore that transmits has a {@link
 * io.ipvane.upcall.ControlMailbox}: rings up, and {@link io.ipvane.upcall.ToLcore} down; {@link
 * io.ipvane.upcall.Mailboxes} has them all. The rings are bounded and without locks, their messages
 * of a few dozen bytes; a frame goes as the address of its mbuf, and comes down to the lcore that
 * handed it up.
 *
 * <p>On the conductor's side {@link io.ipvane.upcall.UpcallDispatcher} reads what comes up and
 * hands each frame to the {@link io.ipvane.upcall.Upcall} of the feature that it is for; {@link
 * io.ipvane.upcall.FrameInjector} sends it down again. What a feature wants with its frames is said
 * in its own package.
 *
 * <p>Owner: each end belongs to one thread, named at its methods.
 */
package io.ipvane.upcall;
