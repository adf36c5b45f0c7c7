// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.FramePool;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;

/** Builds the frames that an uplink sends on its own behalf. Conductor only. */
final class NeighborSender {
    private final FramePool pool;
    private final NeighborSink sink;

    NeighborSender(FramePool pool, NeighborSink sink) {
        this.pool = pool;
        this.sink = sink;
    }

    /**
     * Asks everybody, or, once its MAC is known, the neighbour itself.
     *
     * @return false where no frame could be had
     */
    boolean ask(Neighbor neighbor) {
        final IpAddress target = neighbor.address;
        final UplinkIdentity own = neighbor.uplink.identity;
        final IpAddress source = own.sourceFor(target, neighbor.sender);
        final boolean unicast = neighbor.mac != NeighborResolver.NO_MAC;
        final long mbuf = allocate(target);
        if (mbuf == 0) {
            return false;
        }
        final long frame = pool.data(mbuf);
        if (target.isIpv4()) {
            final long destination = unicast ? neighbor.mac : MacAddress.BROADCAST;
            ArpFrames.request(frame, destination, own.mac(), source.ipv4(), target.ipv4());
        } else if (unicast) {
            NdFrames.unicastSolicitation(
                    frame,
                    neighbor.mac,
                    own.mac(),
                    source.key0(),
                    source.key1(),
                    target.key0(),
                    target.key1());
        } else {
            NdFrames.solicitation(
                    frame, own.mac(), source.key0(), source.key1(), target.key0(), target.key1());
        }
        sink.transmit(neighbor.uplink.index, mbuf);
        return true;
    }

    private long allocate(IpAddress address) {
        return pool.allocate(address.isIpv4() ? ArpFrames.LENGTH : NdFrames.LENGTH);
    }
}
