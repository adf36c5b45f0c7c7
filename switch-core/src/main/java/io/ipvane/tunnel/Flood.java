// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

/**
 * Who gets what is flooded in a network. Frozen; not copied, not changed afterwards.
 *
 * @param remotes values of the address table that are remotes
 * @param unknown whether frames to an address that nobody is known to have are flooded too
 */
@SuppressWarnings("ArrayRecordComponent") // read on the hot path, never compared
public record Flood(int[] remotes, boolean unknown) {
    /** Nobody gets anything. */
    public static final Flood NOBODY = new Flood(new int[0], false);
}
