// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.burst.FramePool;
import io.ipvane.config.EndpointConfig.Memif;
import io.ipvane.config.EndpointConfig.OverSocket;
import io.ipvane.config.EndpointConfig.VhostUser;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SocketRole;
import io.ipvane.device.NatDevice;
import io.ipvane.device.PeerDevice;
import io.ipvane.dpdk.MemifPort;
import io.ipvane.dpdk.Mempool;
import io.ipvane.dpdk.PeerPort;
import io.ipvane.macnat.GuestMac;
import io.ipvane.memif.MemifOptions;
import io.ipvane.memif.MemifSocket;
import io.ipvane.socket.SocketFile;
import java.util.Optional;

/**
 * Opens ports whose peers share their memory: virtual machines and programs by vhost-user, programs
 * by memif. Used by the thread that changes the switch.
 */
final class PeerPorts {
    private final Mempool mempool;
    private final FramePool pool;
    private final int lcores;
    private final SocketKeeper keeper;

    /**
     * @param mempool for received frames
     * @param pool the same, for lcores
     * @param lcores that transmit
     * @param keeper of vhost-user sockets
     */
    PeerPorts(Mempool mempool, FramePool pool, int lcores, SocketKeeper keeper) {
        this.keeper = keeper;
        this.mempool = mempool;
        this.pool = pool;
        this.lcores = lcores;
    }

    /** Refuses, as far as can be said before, what {@link #open} would. */
    void check(PortConfig port, OverSocket config) {
        if (config.role() == SocketRole.CLIENT) {
            file(port, config).reachable();
        }
    }

    private static SocketFile file(PortConfig port, OverSocket config) {
        return new SocketFile(
                config.socket(), "port '" + port.name() + "'", "choose another socket");
    }

    /** The unit of a port; what was opened before something failed is in {@code parts}. */
    Unit open(Unit uplink, PortConfig port, OverSocket config, int mtu, Closers parts) {
        final SocketFile file = file(port, config);
        if (config.role() == SocketRole.CLIENT) {
            file.reachable();
        } else {
            file.clear();
        }
        final GuestMac guest = config.mac().map(GuestMac::fixed).orElseGet(GuestMac::learned);
        return switch (config) {
            case VhostUser vhost -> {
                // Closed last: the library removes what is at the path when the device is closed.
                parts.add("file of " + port.name(), file::giveBack);
                final VhostSocket socket =
                        VhostSocket.open(port, vhost, file, guest, lcores, mempool);
                final Unit unit =
                        unit(uplink, port, socket.port(), guest, mtu, Optional.of(socket), parts);
                parts.add("socket of " + port.name(), socket);
                parts.add("keeping of " + port.name(), keeper.keep(port.name(), socket::lookAfter));
                yield unit;
            }
            case Memif memif -> {
                final MemifPort peer = MemifPort.open(port.queues(), lcores, mempool);
                final Unit unit = unit(uplink, port, peer, guest, mtu, Optional.empty(), parts);
                listen(port, memif, file, peer, guest, parts);
                yield unit;
            }
        };
    }

    private Unit unit(
            Unit uplink,
            PortConfig port,
            PeerPort peer,
            GuestMac guest,
            int mtu,
            Optional<VhostSocket> socket,
            Closers parts) {
        final NatDevice device =
                new NatDevice(
                        new PeerDevice(port.name(), peer, uplink.mac().get(), mtu),
                        guest,
                        uplink.mac(),
                        pool);
        parts.add("device " + port.name(), device);
        return new Unit(
                device,
                uplink.mac(),
                mtu,
                Optional.empty(),
                socket,
                Optional.empty(),
                Optional.empty(),
                Place.ALONE,
                parts);
    }

    /** Closed before the device, which then has no peer. */
    private static void listen(
            PortConfig port,
            Memif config,
            SocketFile file,
            MemifPort peer,
            GuestMac guest,
            Closers parts) {
        final boolean client = config.role() == SocketRole.CLIENT;
        // Closed after the socket.
        parts.add("file of " + port.name(), file::remove);
        final MemifSocket socket =
                MemifSocket.open(
                        new MemifOptions(
                                port.name(), config.socket(), client, config.id(), port.queues()),
                        peer,
                        guest::reset);
        parts.add("socket of " + port.name(), socket);
        if (!client) {
            file.open(config.socketMode(), config.socketGroup());
        }
        socket.start();
    }
}
