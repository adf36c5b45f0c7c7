// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.Mempool;
import io.ipvane.memory.BurstLayout;
import java.lang.foreign.Arena;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A net_null port, which always gives full bursts and takes everything, and room for a burst. */
@State(Scope.Thread)
public class NullPort {
    static final int BURST = BurstLayout.FRAMES;
    private static final int MBUFS = 4_095;
    private static final int DATA_ROOM = 256;

    private final Arena arena = Arena.ofShared();
    private final long rows = arena.allocate(BurstLayout.BYTES, 64).address();
    EthDevice device;
    private Mempool pool;

    @Setup
    public void open(Lcore lcore) {
        pool = Mempool.create("bench", MBUFS, DATA_ROOM);
        device =
                EthDevice.open(
                        "vdev:net_null_bench", DeviceOptions.DEFAULT.withMtu(DATA_ROOM - 32), pool);
    }

    /** Receives a burst and sends it back; how many frames that were. */
    int bounce() {
        final int count = (int) device.receive(0, rows, BURST) & 0xFF;
        return device.transmit(0, rows + BurstLayout.MBUFS, count);
    }

    /** The same number, or a failure where bursts were not full. */
    static long check(long frames, int bursts) {
        if (frames != (long) bursts * BURST) {
            throw new IllegalStateException(bursts + " bursts had " + frames + " frames");
        }
        return frames;
    }

    @TearDown
    public void close() {
        device.close();
        pool.close();
        arena.close();
    }
}
