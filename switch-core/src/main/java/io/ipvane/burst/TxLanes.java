// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/**
 * Where frames wait to be sent by one lcore: a lane a port, in native memory, so that a loop
 * without calls can add to any of them. Who owns the tx queues owns the lanes too, empties them and
 * keeps room; the same lcore adds.
 *
 * <pre>
 *  0 cursor: where the next mbuf address goes    8 bytes of the frames that wait
 * 16 limit: the longest frame that may be added unseen, {@link #NOT_UNSEEN} for none
 * </pre>
 */
@HotPath
public final class TxLanes {
    /** Limit of a port that no frame may be added to without a closer look. */
    public static final int NOT_UNSEEN = -1;

    private static final int LANE_BYTES = 32;
    private static final int CURSOR = 0;
    private static final int WAITING_BYTES = 8;
    private static final int LIMIT = 16;

    private final int ports;
    private final long lanes;
    private long used;

    /** Lanes of ports 0 to {@code ports - 1}; none takes a frame unseen. */
    public TxLanes(Arena arena, int ports) {
        this.ports = ports;
        this.lanes = arena.allocate((long) Math.max(1, ports) * LANE_BYTES, 64).address();
        for (int i = 0; i < ports; i++) {
            limit(i, NOT_UNSEEN);
        }
    }

    /** Number of lanes. */
    public int ports() {
        return ports;
    }

    /** Whether a frame of such a length may be added unseen; {@code port} may be anything. */
    public boolean takes(int port, int length) {
        return Integer.compareUnsigned(port, ports) < 0 && length <= Memory.i32(lane(port), LIMIT);
    }

    /** Whether there are frames that may be added unseen; {@code port} may be anything. */
    public boolean isOpen(int port) {
        return takes(port, 0);
    }

    /** Takes a frame over; the port exists and has room. The caller sees to {@link #use}. */
    public void add(int port, long mbuf, int length) {
        final long lane = lane(port);
        final long cursor = Memory.i64(lane, CURSOR);
        Memory.put64(cursor, mbuf);
        Memory.put64(lane, CURSOR, cursor + Long.BYTES);
        Memory.put64(lane, WAITING_BYTES, Memory.i64(lane, WAITING_BYTES) + length);
    }

    /** Says how long a frame may be that is added unseen. */
    public void limit(int port, int bytes) {
        Memory.put32(lane(port), LIMIT, bytes);
    }

    /** Address where the next frame's mbuf goes. */
    public long cursor(int port) {
        return Memory.i64(lane(port), CURSOR);
    }

    /** Bytes of the frames that wait. */
    public long bytes(int port) {
        return Memory.i64(lane(port), WAITING_BYTES);
    }

    /** Empties a lane: its frames go to {@code mbufs} and on. */
    public void reset(int port, long mbufs) {
        Memory.put64(lane(port), CURSOR, mbufs);
        Memory.put64(lane(port), WAITING_BYTES, 0);
    }

    /**
     * Says which lanes were added to: bit <i>n</i> stands for port <i>n</i> and every 64th after
     * it, so that a loop can gather the bits in a register.
     */
    public void use(long lanesUsed) {
        used |= lanesUsed;
    }

    /** What {@link #use} said since the last call. */
    public long takeUsed() {
        final long lanesUsed = used;
        used = 0;
        return lanesUsed;
    }

    private long lane(int port) {
        return lanes + (long) port * LANE_BYTES;
    }
}
