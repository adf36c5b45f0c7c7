// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.DropReason;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;
import io.ipvane.testing.MemoryPool;
import java.util.ArrayList;
import java.util.List;

/** Writes down what leaves the resolver, and frees it: a second time would be an error there. */
final class RecordingSink implements NeighborSink {
    private final MemoryPool pool;

    /** Questions, oldest first. */
    final List<byte[]> transmitted = new ArrayList<>();

    /** Lines such as {@code 0 resolved first byte 7 to 02:00:00:00:00:fe}. */
    final List<String> fates = new ArrayList<>();

    RecordingSink(MemoryPool pool) {
        this.pool = pool;
    }

    @Override
    public void transmit(int uplink, long mbuf) {
        transmitted.add(pool.bytes(mbuf));
        pool.free(mbuf);
    }

    @Override
    public void resolved(int uplink, WaitingFrame frame, long mac) {
        fates.add(
                uplink
                        + ": frame "
                        + pool.bytes(frame.mbuf())[0]
                        + " to "
                        + MacAddress.format(mac));
        pool.free(frame.mbuf());
    }

    @Override
    public void dropped(int uplink, WaitingFrame frame, DropReason reason) {
        fates.add(
                uplink
                        + ": frame "
                        + pool.bytes(frame.mbuf())[0]
                        + " of port "
                        + frame.port()
                        + " "
                        + reason.key());
        pool.free(frame.mbuf());
    }

    @Override
    public void watchedChanged(int uplink, IpAddress address, boolean failed) {
        fates.add(uplink + ": " + address + (failed ? " failed" : " answers"));
    }

    /** What happened since this was last asked. */
    List<String> takeFates() {
        final List<String> taken = List.copyOf(fates);
        fates.clear();
        return taken;
    }
}
