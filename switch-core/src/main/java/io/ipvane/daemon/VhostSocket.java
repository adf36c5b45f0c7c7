// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.EndpointConfig.VhostUser;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SocketRole;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.dpdk.Mempool;
import io.ipvane.dpdk.VhostPort;
import io.ipvane.dpdk.VhostPort.Health;
import io.ipvane.macnat.GuestMac;
import io.ipvane.socket.SocketFile;
import io.ipvane.socket.SocketFileException;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket of a vhost-user port: opened with its rights, and looked after. A peer whose rings or
 * memory cannot be used is disconnected; it, or a better one, may connect again.
 *
 * <p>Opened and closed by the thread that changes the switch. The conductor notes who comes and
 * goes; what may take long, a reset above all, is done by the {@link SocketKeeper}.
 */
final class VhostSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VhostSocket.class);

    /** One that goes on misbehaving is spoken of this seldom. */
    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final String portName;
    private final VhostUser config;
    private final SocketFile file;
    private final VhostPort port;
    private final GuestMac guestMac;

    /** Of the conductor's last look. */
    private boolean wasUp;

    /** The port is closed, or about to be: no look may use it. Guarded by this. */
    private boolean closed;

    /** The library has the socket; not so where the last reset failed. */
    private boolean open = true;

    /** Something of the last reset could not be done, and is tried again. */
    private boolean lost;

    private long resets;
    private long saidAt;
    private long said;

    private VhostSocket(
            String portName, VhostUser config, SocketFile file, VhostPort port, GuestMac guestMac) {
        this.portName = portName;
        this.config = config;
        this.file = file;
        this.port = port;
        this.guestMac = guestMac;
    }

    /**
     * Opens the socket of a port.
     *
     * @param file of the socket, with room for one of ours
     * @param guestMac forgotten when a guest goes
     * @param lcores that transmit
     * @throws SocketFileException where the rights cannot be had
     * @throws DpdkException where the vhost library refuses the path
     */
    static VhostSocket open(
            PortConfig port,
            VhostUser config,
            SocketFile file,
            GuestMac guestMac,
            int lcores,
            Mempool pool) {
        final VhostPort opened =
                VhostPort.open(
                        config.socket().toString(),
                        config.role() == SocketRole.CLIENT,
                        config.mergeable(),
                        port.queues(),
                        lcores,
                        pool);
        final VhostSocket socket = new VhostSocket(port.name(), config, file, opened, guestMac);
        try {
            socket.setRights();
        } catch (SocketFileException e) {
            socket.makeWay();
            opened.close();
            throw e;
        }
        return socket;
    }

    private void setRights() {
        if (config.role() == SocketRole.SERVER) {
            file.open(config.socketMode(), config.socketGroup());
        }
    }

    VhostPort port() {
        return port;
    }

    /** The conductor looks often: the address of a guest that has gone is forgotten. */
    void noteLink() {
        final boolean up = port.isUp();
        if (wasUp && !up) {
            guestMac.reset();
        }
        wasUp = up;
    }

    /** About once a second, by the keeper: disconnects a peer that cannot be worked with. */
    synchronized void lookAfter() {
        if (closed) {
            return;
        }
        final long now = System.nanoTime();
        if (lost) {
            startAnew();
            return;
        }
        final Health health = port.check();
        if (health == Health.SOUND) {
            return;
        }
        resets++;
        if (resets == 1 || now - saidAt >= QUIET) {
            LOG.warn(
                    "event=vhost_reset port={} reason={} times={}",
                    portName,
                    health.name().toLowerCase(Locale.ROOT),
                    resets - said);
            saidAt = now;
            said = resets;
        }
        if (health != Health.REFUSED) {
            open = false;
            startAnew();
        }
    }

    /** Before the port is closed: a look that is under way ends, and none follows. */
    @Override
    public synchronized void close() {
        closed = true;
        makeWay();
    }

    private void makeWay() {
        if (config.role() == SocketRole.SERVER) {
            file.makeWay();
        }
    }

    /** What fails is tried again a second later, and spoken of once. */
    private void startAnew() {
        try {
            if (!open) {
                reset();
                open = true;
            }
            setRights();
            if (lost) {
                LOG.info("event=vhost_back port={}", portName);
            }
            lost = false;
        } catch (DpdkException | SocketFileException e) {
            if (!lost) {
                LOG.error("event=vhost_lost port={} reason=\"{}\"", portName, e.getMessage());
            }
            lost = true;
        }
    }

    /** What stood in the way the last time may have died and left its file. */
    private void reset() {
        if (lost && config.role() == SocketRole.SERVER) {
            file.clear();
        }
        makeWay();
        port.reset();
        if (file.isTaken()) {
            setRights();
            file.giveBack();
            throw new SocketFileException(
                    "port '"
                            + portName
                            + "': somebody has put something else in the place of unix:"
                            + config.socket()
                            + "; it is served again when that is gone");
        }
    }
}
