// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.PortConfig;
import io.ipvane.config.RouteConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.control.view.ConfigTarget;
import io.ipvane.control.view.StaleRevisionException;
import io.ipvane.control.view.StatusUnavailableException;
import io.ipvane.daemon.ChangePlan.PortChange;
import io.ipvane.daemon.ChangePlan.UplinkChange;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.lcore.LcoreBusyException;
import io.ipvane.linux.Errno;
import io.ipvane.linux.LinuxException;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.socket.SocketFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From one configuration to the next while the switch forwards: works out the difference and does
 * it in steps, or where a step fails undoes those before it. The start is a change from a switch
 * without uplinks, so there is one way for the file, REST and the command line.
 *
 * <p>A change is planned whole ({@link ChangePlan}) and checked whole before its first step, and
 * devices are opened before others go for them. So a step fails seldom. Where it does, the way back
 * is a plan as well: from what stands then to the running configuration. Where that cannot be done
 * whole either, something of the running configuration is absent or amiss, and the next change,
 * whatever it is, puts that right.
 *
 * <p>One change at a time, on the thread that asks.
 */
final class ConfigChanges implements ConfigTarget, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigChanges.class);

    private static final long PATIENCE_SECONDS = 10;

    /** A step is one device, or all addresses of one: the kernel takes time for very many. */
    private static final long STOP_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final ChangeSteps live;
    private SwitchConfig config;
    private long revision;

    /** No step is begun any more: the switch is about to close what steps work on. */
    private volatile boolean stopping;

    /** What {@link #running} says, so that who asks need not wait for a change to end. */
    private volatile Running running;

    /** A switch without uplinks and ports, otherwise configured like this. */
    ConfigChanges(ChangeSteps live, SwitchConfig config) {
        this.live = live;
        this.config =
                new SwitchConfig(
                        config.eal(),
                        config.threads(),
                        List.of(),
                        List.of(),
                        config.admin(),
                        config.keepInterfaces());
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
    void start(SwitchConfig first) {
        lock.lock();
        try {
            change(first, IfMissing.WAIT);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets what is there become what is configured, where something went or came by itself.
     *
     * <p>Does nothing while a change is under way. It must not wait for the end of that: a stop
     * keeps the lock, and waits for who reconciles.
     *
     * @return whether to look again soon, as something is still waited for
     */
    boolean reconcile() {
        if (!lock.tryLock()) {
            return true;
        }
        try {
            return !stopping && live.reconcile(config, name -> false);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Running apply(SwitchConfig next, long expected, Wish wish) {
        lockInTime();
        try {
            if (expected != revision) {
                throw new StaleRevisionException(expected, revision);
            }
            refuseFixed(next);
            change(next, wish.waits() ? IfMissing.WAIT : IfMissing.REFUSE);
            live.reconcile(config, wish.renewed());
            return running;
        } catch (LinuxException e) {
            throw refusal(e.errno() == 0 ? "EINVAL" : Errno.name(e.errno()), e);
        } catch (DpdkException e) {
            throw refusal("EIO", e);
        } catch (SocketFileException e) {
            throw refusal("EADDRINUSE", e);
        } catch (IllegalArgumentException e) {
            throw refusal("EINVAL", e);
        } catch (LcoreBusyException e) {
            throw new StatusUnavailableException(sentence(e));
        } finally {
            lock.unlock();
        }
    }

    /** Whoever changes the switch may be waiting for something; nobody waits behind it for ever. */
    private void lockInTime() {
        refuseWhileStopping();
        try {
            if (lock.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new StatusUnavailableException(
                "another change is under way for more than " + PATIENCE_SECONDS + " s; try again");
    }

    private void refuseWhileStopping() {
        if (stopping) {
            throw new StatusUnavailableException("the switch is stopping");
        }
    }

    /**
     * Ends changes before the switch closes its devices: one that is under way ends with the step
     * that it is at, and is not undone, as all goes now; others are refused.
     */
    @Override
    public void close() {
        stopping = true;
        try {
            if (!lock.tryLock(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.error("event=change_abandoned waited_seconds={}", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ChangeRefusedException refusal(String errno, RuntimeException e) {
        return new ChangeRefusedException(errno, sentence(e), e);
    }

    /** Why a change was refused, and what could not be put back as it was. */
    private static String sentence(RuntimeException e) {
        final StringBuilder text = new StringBuilder(e.getMessage());
        for (Throwable left : e.getSuppressed()) {
            text.append("; what was done could not be undone: ")
                    .append(left.getMessage())
                    .append("; the next change puts it right");
        }
        return text.toString();
    }

    /** What is made once, when the switch starts. */
    private void refuseFixed(SwitchConfig next) {
        refuse("eal", !next.eal().equals(config.eal()));
        refuse("threads", !next.threads().equals(config.threads()));
        refuse("admin", !next.admin().equals(config.admin()));
        refuse("keepInterfaces", next.keepInterfaces() != config.keepInterfaces());
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

    private void change(SwitchConfig next, IfMissing ifMissing) {
        live.finishRemovals();
        try {
            final ChangePlan plan = ChangePlan.of(live, next);
            if (next.equals(config) && plan.isEmpty()) {
                return;
            }
            check(plan, next, ifMissing);
            open(plan, next, ifMissing);
            carryOut(
                    plan,
                    next,
                    ifMissing,
                    step -> {
                        refuseWhileStopping();
                        step.run();
                    });
            live.settle();
        } catch (RuntimeException | Error e) {
            live.closeOpened();
            if (!stopping) {
                changeBack(e);
            }
            throw e;
        }
        config = next;
        revision++;
        running = new Running(revision, config);
        LOG.info("event=config_changed revision={}", revision);
    }

    /** Does all that can be done of the way back to the running configuration. */
    private void changeBack(Throwable why) {
        carryOut(
                ChangePlan.of(live, config),
                config,
                IfMissing.ALWAYS_WAIT,
                step -> {
                    try {
                        step.run();
                    } catch (RuntimeException e) {
                        LOG.error("event=undo_failed", e);
                        why.addSuppressed(e);
                    }
                });
    }

    /** Everything that can be refused is refused before the first step. */
    private void check(ChangePlan plan, SwitchConfig next, IfMissing ifMissing) {
        final GivenUp givenUp = new GivenUp(live, next);
        for (UplinkConfig uplink : plan.addedUplinks()) {
            uplink.host().ifPresent(host -> live.check(host, ifMissing));
        }
        for (UplinkChange change : plan.changedUplinks()) {
            final UplinkConfig after = change.after();
            refuseOwnGateways(plan, givenUp, change.before(), after);
            after.host()
                    .filter(host -> !change.before().host().equals(after.host()))
                    .ifPresent(host -> live.check(host, ifMissing));
        }
        for (PortChange change : plan.changedPorts()) {
            final UplinkConfig uplink = uplinkOf(next, change.after());
            final Set<IpPrefix> known = new HashSet<>(change.before().addresses());
            refuseTaken(
                    plan,
                    givenUp,
                    uplink,
                    change.after(),
                    change.after().addresses().stream().filter(a -> !known.contains(a)).toList());
            live.checkChange(uplink, change.before(), change.after());
        }
        for (PortConfig port : plan.addedPorts()) {
            final UplinkConfig uplink = uplinkOf(next, port);
            refuseTaken(plan, givenUp, uplink, port, port.addresses());
            live.check(port, ifMissing);
        }
    }

    private void open(ChangePlan plan, SwitchConfig next, IfMissing ifMissing) {
        for (PortConfig port : plan.addedPorts()) {
            if (plan.opensFirst(port)) {
                live.openPort(uplinkOf(next, port), port, ifMissing);
            }
        }
    }

    /**
     * @param doing does one step, and may go on where it fails
     */
    private void carryOut(
            ChangePlan plan, SwitchConfig next, IfMissing ifMissing, Consumer<Runnable> doing) {
        for (PortConfig port : plan.removedPorts()) {
            doing.accept(() -> live.removePort(port.name()));
        }
        for (UplinkConfig uplink : plan.removedUplinks()) {
            doing.accept(() -> removeUplink(uplink));
        }
        for (UplinkConfig uplink : plan.addedUplinks()) {
            doing.accept(() -> addUplink(uplink, next.uplinks(), ifMissing));
        }
        for (UplinkChange change : plan.changedUplinks()) {
            doing.accept(() -> live.changeUplink(change.after(), change.members(), ifMissing));
        }
        for (PortChange change : plan.changedPorts()) {
            final UplinkConfig uplink = uplinkOf(next, change.after());
            doing.accept(() -> live.changePort(uplink, change.before(), change.after()));
        }
        for (PortConfig port : plan.addedPorts()) {
            doing.accept(() -> addPort(uplinkOf(next, port), port, ifMissing));
        }
    }

    private void removeUplink(UplinkConfig uplink) {
        live.ports().values().stream()
                .filter(port -> port.uplink().equals(uplink.name()))
                .findFirst()
                .ifPresent(port -> blocked("uplink '" + uplink.name() + "'", port.name()));
        live.removeUplink(uplink.name());
    }

    private void addUplink(UplinkConfig uplink, List<UplinkConfig> all, IfMissing ifMissing) {
        if (live.uplinks().containsKey(uplink.name())) {
            blocked("uplink '" + uplink.name() + "'", uplink.name());
        }
        live.addUplink(uplink, all, ifMissing);
    }

    /** On the way back, what stands in the way of a port may not have gone. */
    private void addPort(UplinkConfig uplink, PortConfig port, IfMissing ifMissing) {
        final String what = "port '" + port.name() + "'";
        if (!live.uplinks().containsKey(uplink.name())) {
            blocked(what, uplink.name());
        }
        live.ports().values().stream()
                .filter(other -> ChangePlan.clash(other, port))
                .findFirst()
                .ifPresent(other -> blocked(what, other.name()));
        live.addPort(uplink, port, ifMissing);
    }

    private static void blocked(String what, String by) {
        throw new IllegalStateException(
                what + " waits for '" + by + "', whose step could not be done either");
    }

    /**
     * The file knows only what it says itself; a namespace may have been first (spec ADR-2). Who
     * gives the address up in the same change does not count: this claim waits for it.
     */
    private void refuseTaken(
            ChangePlan plan,
            GivenUp givenUp,
            UplinkConfig uplink,
            PortConfig port,
            Collection<IpPrefix> addresses) {
        if (addresses.isEmpty()) {
            return;
        }
        final List<IpAddress> wanted = addresses.stream().map(IpPrefix::address).toList();
        live.owners(uplink, wanted)
                .forEach(
                        (address, owner) -> {
                            if (!owner.equals(port.name())
                                    && !plan.removesPort(owner)
                                    && !givenUp.by(uplink, owner, address)) {
                                throw taken(address, owner);
                            }
                        });
    }

    private static ChangeRefusedException taken(IpAddress address, String owner) {
        return new ChangeRefusedException(
                "EADDRINUSE",
                "address " + address + " is that of '" + owner + "'; delete it there first");
    }

    /**
     * A gateway must be beyond the uplink; the file does not know of addresses that a namespace
     * gave itself. Routes that were there before it did are left alone.
     */
    private void refuseOwnGateways(
            ChangePlan plan, GivenUp givenUp, UplinkConfig before, UplinkConfig after) {
        final List<RouteConfig> routes = new ArrayList<>(after.routes());
        routes.removeAll(new HashSet<>(before.routes()));
        routes.removeIf(route -> route.via().isEmpty());
        if (routes.isEmpty()) {
            return;
        }
        final Map<IpAddress, String> owners =
                live.owners(after, routes.stream().map(route -> route.via().get()).toList());
        for (RouteConfig route : routes) {
            final IpAddress via = route.via().get();
            final String owner = owners.get(via);
            if (owner != null && !plan.removesPort(owner) && !givenUp.by(after, owner, via)) {
                throw new ChangeRefusedException(
                        "EINVAL",
                        "route to "
                                + route.to()
                                + ": via "
                                + via
                                + " is an address of '"
                                + owner
                                + "', a part of this uplink itself; give a gateway beyond the"
                                + " uplink");
            }
        }
    }

    private static UplinkConfig uplinkOf(SwitchConfig config, PortConfig port) {
        return config.uplink(port.uplink()).orElseThrow();
    }
}
