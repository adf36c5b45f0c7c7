// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;

/**
 * What one lcore does and did last, for whoever finds the process dead: a store before each call of
 * native code, and two a burst. Nothing reads it while the process lives. Owned by the lcore.
 *
 * <p>Layout: {@code struct trail_lcore} of {@code native/keep/trail.h}.
 */
@HotPath
final class Trail {
    static final int NOW = 8;
    static final int BURSTS = 16;
    static final int LAST = 24;
    static final int KEPT = 16;

    static final long RECEIVING = 1L << 56;
    static final long FORWARDING = 2L << 56;
    static final long SENDING = 3L << 56;
    private static final int PORT_SHIFT = 32;

    private final long at;
    private long bursts;

    /**
     * @param at address of its part of the trail
     */
    Trail(long at) {
        this.at = at;
    }

    /** Frames are about to be taken from a port. */
    void receiving(int port) {
        Memory.put64(at + NOW, RECEIVING | (long) port << PORT_SHIFT);
    }

    /** Frames were taken from a port, and go on from here. */
    void received(int port, int frames) {
        final long word = (long) port << PORT_SHIFT | frames;
        bursts++;
        Memory.put64(at + LAST + (bursts & (KEPT - 1)) * Long.BYTES, word);
        Memory.put64(at + BURSTS, bursts);
        Memory.put64(at + NOW, FORWARDING | word);
    }

    /** Frames are about to be given to a port. */
    void sending(int port, int frames) {
        Memory.put64(at + NOW, SENDING | (long) port << PORT_SHIFT | frames);
    }
}
