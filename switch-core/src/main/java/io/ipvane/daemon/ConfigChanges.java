// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.control.view.ConfigTarget;
import io.ipvane.control.view.StaleRevisionException;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.linux.Errno;
import io.ipvane.linux.LinuxException;
import io.ipvane.packet.IpPrefix;
import io.ipvane.socket.SocketFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From one configuration to the next while the switch forwards: works out the difference and does
 * it in steps, or where a step fails undoes those before it. The start is a change from a switch
 * without uplinks, so there is one way for the file, REST and the command line.
 *
 * <p>One change at a time, on the thread that asks.
 */
final class ConfigChanges implements ConfigTarget {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigChanges.class);

    private final ChangeSteps live;
    private SwitchConfig config;
    private long revision;

    /** What {@link #running} says, so that who asks need not wait for a change to end. */
    private volatile Running running;

    /** A switch without uplinks and ports, otherwise configured like this. */
    ConfigChanges(ChangeSteps live, SwitchConfig config) {
        this.live = live;
        this.config =
                new SwitchConfig(
                        config.eal(), config.threads(), List.of(), List.of(), config.admin());
        this.running = new Running(revision, this.config);
    }

    @Override
    public Running running() {
        return running;
    }

    /**
     * The first change.
     *
     * @throws RuntimeException as what could not be opened says it
     */
    synchronized void start(SwitchConfig first) {
        change(first);
    }

    @Override
    public synchronized Running apply(SwitchConfig next, long expected) {
        if (expected != revision) {
            throw new StaleRevisionException(expected, revision);
        }
        refuseFixed(next);
        try {
            change(next);
        } catch (LinuxException e) {
            throw new ChangeRefusedException(
                    e.errno() == 0 ? "EINVAL" : Errno.name(e.errno()), e.getMessage(), e);
        } catch (DpdkException e) {
            throw new ChangeRefusedException("EIO", e.getMessage(), e);
        } catch (SocketFileException e) {
            throw new ChangeRefusedException("EADDRINUSE", e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new ChangeRefusedException("EINVAL", e.getMessage(), e);
        }
        return running;
    }

    /** What is made once, when the switch starts. */
    private void refuseFixed(SwitchConfig next) {
        refuse("eal", !next.eal().equals(config.eal()));
        refuse("threads", !next.threads().equals(config.threads()));
        refuse("admin", !next.admin().equals(config.admin()));
        for (UplinkConfig after : next.uplinks()) {
            config.uplink(after.name()).ifPresent(before -> refuseFixed(before, after));
        }
    }

    private static void refuse(String key, boolean differs) {
        if (differs) {
            throw new ChangeRefusedException(
                    "EBUSY",
                    key
                            + " cannot change while the switch runs; change the file and restart the"
                            + " switch");
        }
    }

    private static void refuseFixed(UplinkConfig before, UplinkConfig after) {
        final boolean fixed =
                before.device().equals(after.device())
                        && before.vlan().equals(after.vlan())
                        && before.queues().equals(after.queues());
        if (!fixed) {
            throw new ChangeRefusedException(
                    "EBUSY",
                    "uplink '"
                            + after.name()
                            + "': device, vlan and queues cannot change while it is in use; delete the"
                            + " uplink and add it anew");
        }
    }

    private void change(SwitchConfig next) {
        final Deque<Runnable> undo = new ArrayDeque<>();
        try {
            steps(next, undo);
            live.settle();
        } catch (RuntimeException | Error e) {
            undo.forEach(ConfigChanges::undo);
            throw e;
        }
        config = next;
        revision++;
        running = new Running(revision, config);
        LOG.info("event=config_changed revision={}", revision);
    }

    private static void undo(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.error("event=undo_failed", e);
        }
    }

    private void steps(SwitchConfig next, Deque<Runnable> undo) {
        final Set<String> kept = kept(next);
        for (PortConfig port : config.ports()) {
            if (!kept.contains(port.name())) {
                final UplinkConfig uplink = uplinkOf(config, port);
                live.removePort(port);
                undo.push(() -> live.addPort(uplink, port));
            }
        }
        for (UplinkConfig uplink : config.uplinks()) {
            if (next.uplink(uplink.name()).isEmpty()) {
                live.removeUplink(uplink);
                undo.push(() -> live.addUplink(uplink, config.uplinks()));
            }
        }
        for (UplinkConfig after : next.uplinks()) {
            final Optional<UplinkConfig> before = config.uplink(after.name());
            if (before.isEmpty()) {
                live.addUplink(after, next.uplinks());
                undo.push(() -> live.removeUplink(after));
            } else if (!before.get().equals(after)) {
                final List<PortConfig> members =
                        config.portsOf(before.get()).stream()
                                .filter(port -> kept.contains(port.name()))
                                .toList();
                undo.push(() -> live.changeUplink(after, before.get(), members));
                live.changeUplink(before.get(), after, members);
            }
        }
        for (PortConfig port : next.ports()) {
            final UplinkConfig uplink = uplinkOf(next, port);
            if (kept.contains(port.name())) {
                changePort(next, uplink, port(config, port.name()).orElseThrow(), port, undo);
            } else {
                refuseTaken(next, uplink, port, port.addresses());
                live.addPort(uplink, port);
                undo.push(() -> live.removePort(port));
            }
        }
    }

    private void changePort(
            SwitchConfig next,
            UplinkConfig uplink,
            PortConfig before,
            PortConfig after,
            Deque<Runnable> undo) {
        if (before.equals(after)) {
            return;
        }
        final Set<IpPrefix> known = new HashSet<>(before.addresses());
        refuseTaken(
                next,
                uplink,
                after,
                after.addresses().stream().filter(a -> !known.contains(a)).toList());
        undo.push(() -> live.changePort(uplink, after, before));
        live.changePort(uplink, before, after);
    }

    /** Ports that go on with the device they have. */
    private Set<String> kept(SwitchConfig next) {
        final Set<String> kept = new HashSet<>();
        for (PortConfig after : next.ports()) {
            port(config, after.name())
                    .filter(before -> sameDevice(before, after))
                    .ifPresent(before -> kept.add(after.name()));
        }
        return kept;
    }

    private static boolean sameDevice(PortConfig before, PortConfig after) {
        return before.uplink().equals(after.uplink())
                && before.endpoint().equals(after.endpoint())
                && before.queues() == after.queues();
    }

    /**
     * The file knows only what it says itself; a namespace may have been first (spec ADR-2). A port
     * that gives the address up in the same change does not count: this claim waits for it.
     */
    private void refuseTaken(
            SwitchConfig next, UplinkConfig uplink, PortConfig port, List<IpPrefix> addresses) {
        for (IpPrefix address : addresses) {
            live.otherOwner(uplink, port, address)
                    .filter(owner -> !givesUp(next, owner, address))
                    .ifPresent(
                            owner -> {
                                throw new ChangeRefusedException(
                                        "EADDRINUSE",
                                        "address "
                                                + address.address()
                                                + " is that of '"
                                                + owner
                                                + "'; delete it there first");
                            });
        }
    }

    private boolean givesUp(SwitchConfig next, String owner, IpPrefix address) {
        return has(config, owner, address) && !has(next, owner, address);
    }

    private static boolean has(SwitchConfig in, String port, IpPrefix address) {
        return port(in, port).stream()
                .flatMap(each -> each.addresses().stream())
                .anyMatch(own -> own.address().equals(address.address()));
    }

    private static Optional<PortConfig> port(SwitchConfig config, String name) {
        return config.ports().stream().filter(port -> port.name().equals(name)).findFirst();
    }

    private static UplinkConfig uplinkOf(SwitchConfig config, PortConfig port) {
        return config.uplink(port.uplink()).orElseThrow();
    }
}
