// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memif;

import io.ipvane.dpdk.DpdkException;
import io.ipvane.dpdk.MemifLink;
import io.ipvane.linux.SeqPacket;
import io.ipvane.memif.Message.Ack;
import io.ipvane.memif.Message.AddRegion;
import io.ipvane.memif.Message.AddRing;
import io.ipvane.memif.Message.Connect;
import io.ipvane.memif.Message.Connected;
import io.ipvane.memif.Message.Hello;
import io.ipvane.memif.Message.Init;

/** Agrees with a server that was found, and offers it memory and rings. */
final class ClientSide implements Agreement {
    /** 1,024 descriptors, as VPP and DPDK have them. */
    private static final int LOG2_RING = 10;

    private final MemifOptions options;

    ClientSide(MemifOptions options) {
        this.options = options;
    }

    @Override
    public MemifLink agree(Channel channel) throws MemifException {
        final Hello hello = channel.expect(Hello.class);
        if (hello.minVersion() > Message.VERSION || hello.maxVersion() < Message.VERSION) {
            throw new MemifException(
                    "its versions are %d to %d, not 2.0"
                            .formatted(hello.minVersion(), hello.maxVersion()));
        }
        final int rings =
                Math.min(options.queues(), 1 + Math.min(hello.maxToClient(), hello.maxToServer()));
        final int log2 = Math.min(LOG2_RING, hello.maxLog2Ring());
        final MemifLink link = offer(rings, log2);
        try {
            send(
                    channel,
                    new Init(Message.VERSION, options.id(), Message.ETHERNET, MemifOptions.NAME),
                    SeqPacket.NONE);
            send(channel, new AddRegion(0, link.size()), link.descriptor());
            addRings(channel, link, true, rings, log2);
            addRings(channel, link, false, rings, log2);
            channel.send(new Connect(options.port()));
            channel.expect(Connected.class);
            return link;
        } catch (MemifException | RuntimeException e) {
            link.close();
            throw e;
        }
    }

    private static MemifLink offer(int rings, int log2) throws MemifException {
        try {
            return MemifLink.offered(rings, log2);
        } catch (DpdkException e) {
            throw new MemifException(e.getMessage());
        }
    }

    private static void addRings(
            Channel channel, MemifLink link, boolean toServer, int rings, int log2)
            throws MemifException {
        for (int i = 0; i < rings; i++) {
            send(
                    channel,
                    new AddRing(toServer, i, 0, link.ringOffset(toServer, i), log2),
                    link.ringEvent(toServer, i));
        }
    }

    private static void send(Channel channel, Message message, int descriptor)
            throws MemifException {
        channel.send(message, descriptor);
        channel.expect(Ack.class);
    }

    /** The server has said all. */
    @Override
    public void attached(Channel channel) {
        // Nothing is left to be said.
    }
}
