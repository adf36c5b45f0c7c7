// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.Command;
import io.ipvane.control.ControlPlane;
import io.ipvane.control.Route;
import io.ipvane.counters.Counters;
import io.ipvane.daemon.Units.Placed;
import io.ipvane.device.VlanTrunk;
import io.ipvane.ipvlan.Mode;
import io.ipvane.lcore.TopologyRunner;
import io.ipvane.linux.InterfaceTakeover;
import io.ipvane.linux.TapInterface;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;

/**
 * The parts of a running switch by their names, and the steps by which they come, change and go.
 * Each step leaves the switch forwarding, and frames that it does not concern are not touched.
 *
 * <p>A port comes in this order: its device is opened, the conductor knows it, lcores serve it, its
 * addresses lead to it. It goes in the reverse order, and its device is closed when no lcore can
 * use it any more. Used by the thread that changes the switch.
 */
final class LiveSwitch implements ChangeSteps {
    private final Devices devices;
    private final ControlPlane control;
    private final TopologyRunner topology;
    private final Counters counters;
    private final InterfaceWatch watch;
    private final PortEndpoints endpoints;
    private final Units units;

    /**
     * @param units where what comes is put; closed by whoever stops the switch
     */
    LiveSwitch(
            Units units,
            Devices devices,
            ControlPlane control,
            TopologyRunner topology,
            Counters counters,
            InterfaceWatch watch,
            PortEndpoints endpoints) {
        this.units = units;
        this.devices = devices;
        this.control = control;
        this.topology = topology;
        this.counters = counters;
        this.watch = watch;
        this.endpoints = endpoints;
    }

    @Override
    public void addUplink(UplinkConfig config, List<UplinkConfig> all) {
        final Unit unit = devices.uplink(config, all);
        final Placed placed =
                place(
                        unit,
                        () ->
                                control.addUplink(
                                        config,
                                        unit.mac().get(),
                                        unit.mtu(),
                                        unit.device().maxMtu(),
                                        unit.device().linkUp()),
                        index -> {});
        units.uplinks.put(config.name(), placed);
        try {
            config.host().ifPresent(host -> addHost(config, host));
        } catch (RuntimeException e) {
            remove(units.uplinks.remove(config.name()));
            throw e;
        }
    }

    @Override
    public void removeUplink(UplinkConfig config) {
        config.host().ifPresent(host -> removeHost(config));
        remove(units.uplinks.remove(config.name()));
    }

    private void addHost(UplinkConfig config, HostConfig host) {
        final Placed uplink = units.uplinks.get(config.name());
        final Unit unit = devices.host(config, uplink.unit(), host);
        final Placed placed =
                place(
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

    private void removeHost(UplinkConfig config) {
        remove(units.hosts.remove(config.name()));
    }

    /**
     * Gateways that the interface had; what is connected follows from the host port's addresses.
     */
    private static List<Route> routes(Optional<InterfaceTakeover> taken) {
        return taken.stream()
                .flatMap(t -> t.routes().stream())
                .filter(route -> route.gateway() != null)
                .map(
                        route ->
                                new Route(
                                        Addresses.of(route.destination()),
                                        Route.Kind.GATEWAY,
                                        Addresses.of(route.gateway())))
                .toList();
    }

    @Override
    public void addPort(UplinkConfig config, PortConfig port) {
        final Placed uplink = units.uplinks.get(config.name());
        final Unit unit = devices.port(config, uplink.unit(), port, mode(config, port));
        final Placed placed =
                place(
                        unit,
                        () -> control.addPort(uplink.index(), port),
                        index -> tell(index, port, unit));
        units.ports.put(port.name(), placed);
    }

    private void tell(int index, PortConfig port, Unit unit) {
        port.addresses().forEach(a -> control.put(new Command.AddressAdded(index, a, true)));
        unit.tap()
                .flatMap(TapInterface::linkLocal)
                .map(Addresses::of)
                .ifPresent(a -> control.put(new Command.AddressAdded(index, a, true)));
    }

    @Override
    public void removePort(PortConfig port) {
        remove(units.ports.remove(port.name()));
    }

    private static Mode mode(UplinkConfig uplink, PortConfig port) {
        return port.mode().orElse(uplink.mode());
    }

    /**
     * Puts an open device in its place.
     *
     * @param add tells the conductor, and says the index that it gave
     * @param served is done when lcores serve it, before its interface is watched
     */
    private Placed place(Unit unit, IntSupplier add, IntConsumer served) {
        final int index;
        try {
            index = add.getAsInt();
        } catch (RuntimeException e) {
            unit.close();
            throw e;
        }
        final Placed placed = new Placed(index, unit);
        try {
            counters.restart(index);
            endpoints.put(index, unit);
            if (unit.place() != Unit.ANYWHERE) {
                // An lcore that gets frames of it must not work by a snapshot without it.
                control.settle();
                unit.place().accept(index);
            }
            topology.attach(index, unit.device());
            served.accept(index);
            unit.at()
                    .ifPresent(
                            at -> watch.watch(new InterfaceWatch.Watched(at, index, unit.tap())));
        } catch (RuntimeException e) {
            remove(placed);
            throw e;
        }
        return placed;
    }

    private void remove(Placed gone) {
        gone.unit().at().ifPresent(at -> watch.unwatch(at, gone.index()));
        gone.unit().place().accept(VlanTrunk.NOBODY);
        topology.stopReceiving(gone.index());
        endpoints.remove(gone.index());
        control.remove(gone.index());
        control.settle();
        topology.detach(gone.index());
        gone.unit().close();
        // Another uplink on its device may be polled for all now.
        units.uplinks.values().forEach(left -> topology.startReceiving(left.index()));
    }

    @Override
    public void changeUplink(UplinkConfig before, UplinkConfig after, List<PortConfig> members) {
        final Placed uplink = units.uplinks.get(after.name());
        final Map<Integer, PortConfig> byIndex = new HashMap<>();
        members.forEach(port -> byIndex.put(units.ports.get(port.name()).index(), port));
        changeMtu(uplink, before, after);
        control.changeUplink(uplink.index(), after, uplink.unit().device().maxMtu(), byIndex);
        after.mtu().ifPresent(mtu -> control.put(new Command.UplinkMtu(uplink.index(), mtu)));
        for (PortConfig port : members) {
            if (mode(before, port) != mode(after, port)) {
                setArp(port, mode(after, port));
            }
        }
        changeHost(before, after);
    }

    /** Without one of its own an uplink keeps what it has. */
    private static void changeMtu(Placed uplink, UplinkConfig before, UplinkConfig after) {
        if (!before.mtu().equals(after.mtu())) {
            after.mtu().ifPresent(mtu -> uplink.unit().device().setMtu(mtu));
        }
    }

    private void changeHost(UplinkConfig before, UplinkConfig after) {
        if (before.host().equals(after.host())) {
            return;
        }
        if (before.host().isPresent()
                && after.host().isPresent()
                && sameInterface(before.host().get(), after.host().get())) {
            addresses(
                    units.hosts.get(after.name()),
                    before.host().get().addresses(),
                    after.host().get().addresses());
            return;
        }
        before.host().ifPresent(host -> removeHost(before));
        after.host().ifPresent(host -> addHost(after, host));
    }

    private static boolean sameInterface(HostConfig one, HostConfig other) {
        return one.interfaceName().equals(other.interfaceName())
                && one.netns().equals(other.netns());
    }

    @Override
    public void changePort(UplinkConfig uplink, PortConfig before, PortConfig after) {
        final Placed placed = units.ports.get(after.name());
        Devices.mtu(uplink, units.uplinks.get(uplink.name()).unit(), after);
        control.changePort(placed.index(), before, after);
        if (mode(uplink, before) != mode(uplink, after)) {
            setArp(after, mode(uplink, after));
        }
        addresses(placed, before.addresses(), after.addresses());
    }

    /** Whoever is behind a socket is answered instead (spec TX-34). */
    private void setArp(PortConfig port, Mode mode) {
        units.ports.get(port.name()).unit().tap().ifPresent(tap -> tap.setArp(mode == Mode.L2));
    }

    /** At the interface, and in the table at once, without waiting for the kernel to tell. */
    private void addresses(Placed placed, List<IpPrefix> before, List<IpPrefix> after) {
        final List<IpPrefix> gone = minus(before, after);
        final List<IpPrefix> added = minus(after, before);
        gone.forEach(a -> control.put(new Command.AddressRemoved(placed.index(), a.address())));
        added.forEach(a -> control.put(new Command.AddressAdded(placed.index(), a, true)));
        placed.unit()
                .tap()
                .ifPresent(
                        tap -> tap.changeAddresses(Addresses.linux(gone), Addresses.linux(added)));
    }

    private static List<IpPrefix> minus(List<IpPrefix> all, List<IpPrefix> without) {
        final List<IpPrefix> left = new ArrayList<>(all);
        left.removeAll(new HashSet<>(without));
        return left;
    }

    @Override
    public Optional<String> otherOwner(UplinkConfig uplink, PortConfig port, IpPrefix address) {
        return control.owner(units.uplinks.get(uplink.name()).index(), address.address())
                .filter(owner -> !owner.equals(port.name()));
    }

    @Override
    public void settle() {
        control.settle();
    }
}
