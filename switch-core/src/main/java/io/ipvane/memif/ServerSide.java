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

/** Agrees with a client that has connected, which describes its memory and rings. */
final class ServerSide implements Agreement {
    private final MemifOptions options;
    private int regions;
    private int toUs;
    private int toPeer;

    ServerSide(MemifOptions options) {
        this.options = options;
    }

    @Override
    public MemifLink agree(Channel channel) throws MemifException {
        channel.send(
                new Hello(
                        MemifOptions.NAME,
                        Message.VERSION,
                        Message.VERSION,
                        MemifLink.MAX_REGIONS - 1,
                        options.queues() - 1,
                        options.queues() - 1,
                        MemifLink.MAX_LOG2_RING));
        check(channel.expect(Init.class));
        channel.send(new Ack());
        final MemifLink link = MemifLink.described();
        try {
            describe(link, channel);
            return link;
        } catch (MemifException | RuntimeException e) {
            link.close();
            throw e;
        }
    }

    private void check(Init init) throws MemifException {
        if (init.version() != Message.VERSION) {
            throw new MemifException("its version is " + init.version() + ", not 2.0");
        }
        if (init.id() != options.id()) {
            throw new MemifException(
                    "it asks for id " + init.id() + ", the port has id " + options.id());
        }
        if (init.mode() != Message.ETHERNET) {
            throw new MemifException("its mode is not ethernet");
        }
    }

    private void describe(MemifLink link, Channel channel) throws MemifException {
        while (true) {
            final Channel.Received next = channel.receive();
            switch (next.message()) {
                case AddRegion region -> add(link, region, next.descriptor());
                case AddRing ring -> add(link, ring, next.descriptor());
                case Connect connect -> {
                    SeqPacket.discard(next.descriptor());
                    if (toUs == 0 || toPeer == 0) {
                        throw new MemifException("it has no rings in both directions");
                    }
                    return;
                }
                default -> {
                    SeqPacket.discard(next.descriptor());
                    throw Channel.unexpected(next.message());
                }
            }
            channel.send(new Ack());
        }
    }

    private void add(MemifLink link, AddRegion region, int descriptor) throws MemifException {
        require(descriptor, region.index() == regions, "a region has the index " + region.index());
        try {
            link.addRegion(descriptor, region.size());
        } catch (DpdkException e) {
            throw new MemifException(e.getMessage());
        }
        regions++;
    }

    private void add(MemifLink link, AddRing ring, int descriptor) throws MemifException {
        final int expected = ring.toServer() ? toUs : toPeer;
        require(
                descriptor,
                ring.index() == expected && ring.index() < options.queues(),
                "a ring has the index " + ring.index());
        try {
            link.addRing(!ring.toServer(), ring.region(), ring.offset(), ring.log2(), descriptor);
        } catch (DpdkException e) {
            throw new MemifException(e.getMessage());
        }
        if (ring.toServer()) {
            toUs++;
        } else {
            toPeer++;
        }
    }

    private static void require(int descriptor, boolean fits, String otherwise)
            throws MemifException {
        if (descriptor == SeqPacket.NONE) {
            throw new MemifException("a region or ring comes without its descriptor");
        }
        if (!fits) {
            SeqPacket.discard(descriptor);
            throw new MemifException(otherwise);
        }
    }

    /** The client waits for this before it uses the rings. */
    @Override
    public void attached(Channel channel) throws MemifException {
        channel.send(new Connected(options.port()));
    }
}
