// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.EndpointConfig;
import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.daemon.Absences.Kind;
import io.ipvane.daemon.Units.Placed;
import io.ipvane.linux.Netns;
import io.ipvane.linux.TapInterface;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what is configured with what is there. What somebody has taken away is let go at once,
 * with all that was open of it; what somebody else had to make first is made use of when it is
 * there. Used by the thread that changes the switch.
 *
 * <p>An interface that somebody has deleted, its namespace being there still, stays deleted until
 * somebody asks for it: whoever deleted it may want its name.
 */
final class Reconciliation {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);
    private static final String ANEW = "; make it anew: ipvane config apply";

    private final LiveSwitch live;
    private final HostPorts hosts;
    private final UplinkDevices devices;
    private final Units units;
    private final InterfaceWatch watch;
    private final Absences absences;

    /** By uplink, an MTU of its interface that its device has refused. */
    private final Map<String, Integer> refusedMtus = new HashMap<>();

    Reconciliation(
            LiveSwitch live,
            HostPorts hosts,
            UplinkDevices devices,
            Units units,
            InterfaceWatch watch,
            Absences absences) {
        this.live = live;
        this.hosts = hosts;
        this.devices = devices;
        this.units = units;
        this.watch = watch;
        this.absences = absences;
    }

    /**
     * Looks once.
     *
     * @param renewed names of what is made again although somebody has deleted it
     */
    void look(SwitchConfig config, Predicate<String> renewed) {
        for (UplinkConfig uplink : config.segments()) {
            vacateIfGone(config, uplink);
        }
        for (UplinkConfig uplink : config.segments()) {
            fillIfThere(config, uplink, renewed);
            followIfLonger(config, uplink);
            warn(uplink);
            uplink.host().ifPresent(host -> look(uplink, host, renewed));
        }
        for (PortConfig port : config.ports()) {
            look(config.uplinkOf(port), port, renewed);
        }
    }

    /** A device goes for all uplinks that share it. */
    private void vacateIfGone(SwitchConfig config, UplinkConfig gone) {
        final Placed placed = units.uplinks.get(gone.name());
        if (placed == null || absences.isAbsent(Kind.UPLINK, gone.name())) {
            return;
        }
        final boolean deleted = placed.unit().device().isGone();
        if (!deleted && !watch.isGone(placed.index())) {
            return;
        }
        for (UplinkConfig uplink : config.segments()) {
            if (uplink.device().equals(gone.device())
                    && !absences.isAbsent(Kind.UPLINK, uplink.name())) {
                final String whose = "uplink '" + uplink.name() + "': ";
                devices.vacate(uplink);
                if (deleted) {
                    absences.deleted(
                            Kind.UPLINK,
                            uplink.name(),
                            whose + "device '" + uplink.device() + "' was deleted" + ANEW,
                            inode(Optional.empty()));
                } else {
                    absences.waiting(
                            Kind.UPLINK,
                            uplink.name(),
                            Missing.of(uplink)
                                    .orElse(whose + "its interface was deleted and made again"));
                }
            }
        }
    }

    private void warn(UplinkConfig uplink) {
        final Placed placed = units.uplinks.get(uplink.name());
        final String notice = placed == null ? "" : placed.unit().device().notice();
        if (!notice.isEmpty()) {
            LOG.warn("event=uplink_notice uplink={} notice=\"{}\"", uplink.name(), notice);
        }
    }

    /** An uplink without an MTU of its own has that of its interface, which may have grown. */
    private void followIfLonger(SwitchConfig config, UplinkConfig uplink) {
        final Placed placed = units.uplinks.get(uplink.name());
        if (placed == null
                || absences.isAbsent(Kind.UPLINK, uplink.name())
                || uplink.mtu().isPresent()) {
            return;
        }
        final int mtu = watch.mtu(placed.index()).orElse(0);
        if (mtu <= placed.unit().device().maxMtu()
                || mtu == refusedMtus.getOrDefault(uplink.name(), 0)) {
            return;
        }
        final Map<UplinkConfig, List<PortConfig>> sharing = new LinkedHashMap<>();
        config.uplinks().stream()
                .filter(each -> each.device().equals(uplink.device()))
                .filter(each -> units.uplinks.containsKey(each.name()))
                .forEach(each -> sharing.put(each, config.portsOf(each)));
        try {
            devices.follow(sharing, mtu);
            refusedMtus.remove(uplink.name());
        } catch (RuntimeException e) {
            // Once for each: it is looked at again and again.
            refusedMtus.put(uplink.name(), mtu);
            LOG.warn(
                    "event=uplink_mtu_refused uplink={} mtu={} reason=\"{}\"",
                    uplink.name(),
                    mtu,
                    e.getMessage());
        }
    }

    private void fillIfThere(SwitchConfig config, UplinkConfig uplink, Predicate<String> renewed) {
        if (absences.isAbsent(Kind.UPLINK, uplink.name())
                && mayCome(
                        Kind.UPLINK,
                        uplink.name(),
                        Optional.empty(),
                        Missing.of(uplink),
                        renewed)) {
            come(Kind.UPLINK, uplink.name(), () -> fill(config, uplink));
        }
    }

    /** What the interface had goes to the host port, which is made anew with it. */
    private void fill(SwitchConfig config, UplinkConfig uplink) {
        final Unit unit = devices.fill(uplink, config.segments(), config.portsOf(uplink));
        final boolean hasSome =
                unit.taken().stream()
                        .anyMatch(
                                taken ->
                                        taken.addresses().stream()
                                                        .anyMatch(
                                                                a ->
                                                                        !a.local()
                                                                                .address()
                                                                                .isLinkLocalAddress())
                                                || taken.routes().stream()
                                                        .anyMatch(r -> r.gateway() != null));
        if (hasSome && units.hosts.containsKey(uplink.name())) {
            live.dropHost(uplink.name());
            absences.waiting(
                    Kind.HOST, uplink.name(), "the host port is made anew with its addresses");
        }
    }

    private void look(UplinkConfig uplink, HostConfig host, Predicate<String> renewed) {
        final Placed placed = units.hosts.get(uplink.name());
        final String whose = "host port '" + host.interfaceName() + "'";
        if (placed != null) {
            final Runnable remove = () -> live.dropHost(uplink.name());
            letGo(Kind.HOST, uplink.name(), whose, placed, host.netns(), remove);
        }
        if (absences.isAbsent(Kind.HOST, uplink.name())
                && mayCome(Kind.HOST, uplink.name(), host.netns(), Missing.of(host), renewed)) {
            come(Kind.HOST, uplink.name(), () -> hosts.bring(uplink, host));
        }
    }

    private void look(UplinkConfig uplink, PortConfig port, Predicate<String> renewed) {
        final Placed placed = units.ports.get(port.name());
        final Optional<String> netns =
                port.endpoint() instanceof EndpointConfig.Tap tap ? tap.netns() : Optional.empty();
        if (placed != null && placed.unit().tap().isPresent()) {
            final Runnable remove = () -> live.dropPort(port.name());
            letGo(Kind.PORT, port.name(), "port '" + port.name() + "'", placed, netns, remove);
        }
        if (absences.isAbsent(Kind.PORT, port.name())
                && mayCome(Kind.PORT, port.name(), netns, Missing.of(port), renewed)) {
            come(Kind.PORT, port.name(), () -> live.bringPort(uplink, port));
        }
        absences.show(uplink, port);
    }

    /**
     * Lets go of an interface that was deleted, or whose namespace is not the one that is meant.
     */
    private void letGo(
            Kind kind,
            String name,
            String whose,
            Placed placed,
            Optional<String> netns,
            Runnable remove) {
        final TapInterface tap = placed.unit().tap().orElseThrow();
        final long meant = inode(netns);
        if (watch.isGone(placed.index())) {
            final boolean ended = watch.endedWithNamespace(placed.index());
            remove.run();
            if (ended || meant != tap.home()) {
                absences.waiting(kind, name, whose + ": its netns has ended");
            } else {
                absences.deleted(kind, name, whose + ": its interface was deleted" + ANEW, meant);
            }
        } else if (meant != 0 && meant != tap.home() && tap.isHome()) {
            // Where somebody has taken the interface elsewhere, it is followed instead.
            remove.run();
            absences.waiting(
                    kind,
                    name,
                    whose + ": netns '" + netns.orElse("") + "' is another one than it was");
        }
    }

    /** Whether something that is absent can be had now; else notes why not. */
    private boolean mayCome(
            Kind kind,
            String name,
            Optional<String> netns,
            Optional<String> missing,
            Predicate<String> renewed) {
        final boolean stays =
                absences.deletedIn(kind, name).isPresent()
                        && absences.deletedIn(kind, name).getAsLong() == inode(netns);
        if (stays && !renewed.test(name)) {
            return false;
        }
        if (missing.isPresent()) {
            absences.waiting(kind, name, missing.get());
            return false;
        }
        return renewed.test(name) || absences.isDue(kind, name);
    }

    private void come(Kind kind, String name, Runnable open) {
        try {
            open.run();
        } catch (RuntimeException e) {
            absences.failed(kind, name, e.getMessage());
            return;
        }
        absences.remove(kind, name);
        LOG.info("event={}_back name={}", kind.word(), name);
    }

    /** Of the namespace that is meant; 0: there is none. */
    private static long inode(Optional<String> netns) {
        return Netns.inodeAt(netns.orElse("")).orElse(0);
    }
}
