// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.HostConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.ControlPlane;
import io.ipvane.daemon.Absences.Kind;
import io.ipvane.daemon.Units.Placed;
import io.ipvane.linux.InterfaceTakeover;
import io.ipvane.model.Route;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The host ports of uplinks: how they come, change, and wait for their namespaces. Used by the
 * thread that changes the switch.
 */
final class HostPorts {
    private final Units units;
    private final DeviceOpener devices;
    private final ControlPlane control;
    private final Placement placement;
    private final Absences absences;
    private final Consumer<String> drop;

    /**
     * @param drop takes the host port of an uplink away
     */
    HostPorts(
            Units units,
            DeviceOpener devices,
            ControlPlane control,
            Placement placement,
            Absences absences,
            Consumer<String> drop) {
        this.units = units;
        this.devices = devices;
        this.control = control;
        this.placement = placement;
        this.absences = absences;
        this.drop = drop;
    }

    /** Makes the host port of an uplink, or notes that it is waited for. */
    void add(UplinkConfig config, HostConfig host, IfMissing ifMissing) {
        absences.orWait(
                Kind.HOST,
                config.name(),
                ifMissing,
                () -> Missing.of(host),
                () -> {
                    bring(config, host);
                    return host;
                });
    }

    /** Makes the host port of an uplink, all that it needs being there. */
    void bring(UplinkConfig config, HostConfig host) {
        placement.finishRemovals();
        final Unit uplink = units.uplinks.get(config.name()).unit();
        placeHost(config, host, devices.host(config, uplink, host));
    }

    private void placeHost(UplinkConfig config, HostConfig host, Unit unit) {
        final Placed uplink = units.uplinks.get(config.name());
        final Placed placed =
                placement.place(
                        unit,
                        () ->
                                control.addHost(
                                        uplink.index(),
                                        host.netns().orElse(""),
                                        host.interfaceName(),
                                        host.addresses(),
                                        routes(uplink.unit().taken())),
                        index -> {});
        units.hosts.put(config.name(), placed);
    }

    /** What the interface had; what is connected follows from the host port's addresses too. */
    private static List<Route> routes(Optional<InterfaceTakeover> taken) {
        return taken.stream()
                .flatMap(t -> t.routes().stream())
                .filter(io.ipvane.linux.Route::isOfSomebody)
                .map(HostPorts::route)
                .toList();
    }

    private static Route route(io.ipvane.linux.Route taken) {
        return Route.taken(
                Addresses.of(taken.destination()),
                taken.gateway() == null ? null : Addresses.of(taken.gateway()),
                Integer.toUnsignedLong(taken.metric()),
                taken.source() == null ? null : Addresses.of(taken.source()));
    }

    /** A host port of another name is opened before the one that it replaces goes. */
    void change(UplinkConfig before, UplinkConfig after, IfMissing ifMissing) {
        final Optional<HostConfig> old = before.host();
        if (absences.isAbsent(Kind.HOST, after.name()) && sameInterface(old, after)) {
            return;
        }
        absences.remove(Kind.HOST, after.name());
        final boolean stands = units.hosts.containsKey(after.name());
        if (stands && old.isPresent() && after.host().isPresent() && sameInterface(old, after)) {
            TapAddresses.change(
                    control,
                    units.hosts.get(after.name()),
                    old.get().addresses(),
                    after.host().get().addresses());
            return;
        }
        if (after.host().isEmpty() || (stands && sameInterface(old, after))) {
            drop.accept(after.name());
        }
        after.host()
                .filter(host -> !waitForHost(after, host, ifMissing))
                .ifPresent(
                        host -> {
                            placement.finishRemovals();
                            final Unit uplink = units.uplinks.get(after.name()).unit();
                            final Unit unit = devices.host(after, uplink, host);
                            try {
                                drop.accept(after.name());
                            } catch (RuntimeException | Error e) {
                                unit.close();
                                throw e;
                            }
                            placeHost(after, host, unit);
                        });
    }

    private boolean waitForHost(UplinkConfig after, HostConfig host, IfMissing ifMissing) {
        final Optional<String> missing = Missing.of(host);
        if (!ifMissing.waitsFor(missing)) {
            return false;
        }
        drop.accept(after.name());
        absences.waiting(Kind.HOST, after.name(), missing.get());
        return true;
    }

    private static boolean sameInterface(Optional<HostConfig> old, UplinkConfig after) {
        return old.isPresent()
                && after.host().isPresent()
                && old.get().interfaceName().equals(after.host().get().interfaceName())
                && old.get().netns().equals(after.host().get().netns());
    }
}
