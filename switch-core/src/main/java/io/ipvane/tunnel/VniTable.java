// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.HotPath;
import io.ipvane.packet.Vxlan;
import java.util.Arrays;
import java.util.Map;

/**
 * Network identifier to the place where its frames come in: open addressing, at most a quarter
 * full. Frozen; any thread. The identifiers in it are the operator's choice, so that strangers can
 * make no lookup long.
 */
@HotPath
public final class VniTable {
    /** Nothing is configured for the identifier. */
    public static final int NONE = -1;

    /** Spreads identifiers that follow one another. */
    private static final int MULTIPLIER = 0x9E37_79B1;

    private final int[] vnis;
    private final int[] places;
    private final int shift;

    /**
     * A table.
     *
     * @param places by identifier, 0 to {@link Vxlan#MAX_VNI}: the place of the port entry that
     *     stands for the tunnel in this VNI
     * @throws IllegalArgumentException for another identifier
     */
    public VniTable(Map<Integer, Integer> places) {
        final int bits = 33 - Integer.numberOfLeadingZeros(Math.max(1, 2 * places.size()));
        this.vnis = new int[1 << bits];
        this.places = new int[1 << bits];
        this.shift = Integer.SIZE - bits;
        Arrays.fill(vnis, NONE);
        places.forEach(this::put);
    }

    private void put(int vni, int place) {
        if (vni < 0 || vni > Vxlan.MAX_VNI) {
            throw new IllegalArgumentException(
                    "vni=" + vni + " is not within 0 to " + Vxlan.MAX_VNI);
        }
        int at = home(vni);
        while (vnis[at] != NONE) {
            at = next(at);
        }
        vnis[at] = vni;
        places[at] = place;
    }

    /** Where frames of an identifier come in, or {@link #NONE}. */
    public int find(int vni) {
        int at = home(vni);
        while (vnis[at] != vni) {
            if (vnis[at] == NONE) {
                return NONE;
            }
            at = next(at);
        }
        return places[at];
    }

    private int home(int vni) {
        return (vni * MULTIPLIER) >>> shift;
    }

    private int next(int at) {
        return (at + 1) & (vnis.length - 1);
    }
}
