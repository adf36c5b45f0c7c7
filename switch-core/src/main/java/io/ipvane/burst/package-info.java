// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 3: what travels through the switch. A {@link io.ipvane.burst.Burst} is up to 64 frames of
 * one rx queue as parallel columns; a {@link io.ipvane.burst.Stage} is one pass over it; a frame
 * that goes nowhere has a {@link io.ipvane.burst.DropReason}.
 */
package io.ipvane.burst;
