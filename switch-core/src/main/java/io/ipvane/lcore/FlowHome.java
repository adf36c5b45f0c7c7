// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.pipeline.FlowHash;
import java.lang.foreign.Arena;

/**
 * On which lcore a conversation is at home: the same one for both directions, and for the ICMP
 * errors about it, so that whoever keeps state of it needs no lock.
 *
 * <p>Fragments do not say their ports, and are at home by their addresses alone: there they can be
 * put together. The hash is keyed, so that nobody can choose ports that all fall on one lcore.
 *
 * <p>Owned by the lcore that runs it; the answers of all lcores with one secret agree.
 */
@HotPath
final class FlowHome {
    /** It has no home: whichever lcore has it may go on with it. */
    static final int ANYWHERE = -1;

    private final int homes;
    private final FlowHash flows;

    /**
     * Chooses among some lcores.
     *
     * @param homes how many, at least 1
     * @param secret one number for all of them that nobody outside knows
     * @param arena lives longer
     */
    FlowHome(int homes, long secret, FramePool pool, Arena arena) {
        this.homes = homes;
        this.flows = new FlowHash(arena, pool, secret);
    }

    /**
     * The place of the home of a parsed frame, 0 to the number of them less one, or {@link
     * #ANYWHERE} where it is no IP.
     *
     * @param zone conversations of two zones are never the same
     */
    int of(int zone, Burst burst, int i) {
        final long hash = flows.of(zone, burst, i);
        return hash == FlowHash.NONE ? ANYWHERE : (int) Math.unsignedMultiplyHigh(hash, homes);
    }
}
