// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.util.Optional;

/**
 * A system between two vhost-user sockets, and the load at the other ends of them. Frames count
 * when they have come out.
 *
 * @param between the system, which connects to the sockets
 * @param traffic that it is given
 */
record VhostPeer(Settings settings, Peer between, VhostLoad.Traffic traffic, VhostSockets sockets)
        implements Peer {
    @Override
    public String system() {
        return between.system();
    }

    /** The load waits for the system, which finds it by itself and warms up by its frames. */
    @Override
    public Forwarder start() throws IOException, InterruptedException {
        final VhostLoad load = VhostLoad.start(settings, traffic, sockets);
        try {
            final Running running = new Running(load, between.start());
            running.packets();
            return running;
        } catch (IOException | InterruptedException | RuntimeException e) {
            load.close();
            throw e;
        }
    }

    private record Running(VhostLoad load, Forwarder forwarder) implements Forwarder {
        @Override
        public long packets() throws IOException, InterruptedException {
            return load.received();
        }

        @Override
        public Optional<Sender> sender() {
            return Optional.of(load);
        }

        @Override
        public ThreadClock clock() {
            return forwarder.clock();
        }

        /** In this order both take leave of each other. */
        @Override
        public void close() {
            load.close();
            forwarder.close();
        }
    }
}
