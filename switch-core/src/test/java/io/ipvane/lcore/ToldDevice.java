// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.Burst;
import io.ipvane.device.Device;
import io.ipvane.linux.Wakeup;
import io.ipvane.testing.MemoryDevice;

/**
 * A {@link MemoryDevice} with a descriptor that tells of its frames, as that of a TAP does. It
 * counts how often it is asked.
 */
final class ToldDevice implements Device {
    private final MemoryDevice inner;
    private final Wakeup told = new Wakeup();
    private final boolean tells;

    /** As a TAP while there is no mbuf: frames wait, and are not given. */
    volatile boolean poolIsEmpty;

    private boolean drained;
    private int asked;

    ToldDevice(MemoryDevice inner) {
        this(inner, true);
    }

    /**
     * As the other.
     *
     * @param tells whether the descriptor is shown; else the device only counts
     */
    ToldDevice(MemoryDevice inner, boolean tells) {
        this.inner = inner;
        this.tells = tells;
    }

    void inject(byte[] frame) {
        inner.inject(frame);
        told.signal();
    }

    /** Gives this frame whenever it is asked. */
    void repeat(byte[] frame) {
        inner.repeat(frame);
    }

    /** How often since the last call. */
    int asked() {
        final int before = asked;
        asked = 0;
        return before;
    }

    @Override
    public int receive(int queue, Burst burst) {
        asked++;
        if (poolIsEmpty) {
            drained = false;
            burst.size = 0;
            return 0;
        }
        final int size = inner.receive(queue, burst);
        drained = size < Burst.MAX;
        return size;
    }

    @Override
    public int toldBy(int queue) {
        return tells ? told.descriptor() : TOLD_BY_NOTHING;
    }

    @Override
    public boolean isDrained(int queue) {
        return drained;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public int rxQueues() {
        return 1;
    }

    @Override
    public int txQueues() {
        return 1;
    }

    @Override
    public int transmit(int queue, long mbufs, int count) {
        return inner.transmit(queue, mbufs, count);
    }

    @Override
    public long mac() {
        return inner.mac();
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public boolean linkUp() {
        return true;
    }

    @Override
    public void close() {
        told.close();
        inner.close();
    }
}
