// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.Command;
import io.ipvane.control.ControlPlane;
import io.ipvane.daemon.Absences.Kind;
import io.ipvane.daemon.Units.Placed;
import io.ipvane.device.TunnelDevice;
import io.ipvane.ipvlan.Mode;
import io.ipvane.linux.TapInterface;
import io.ipvane.packet.IpAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The parts of a running switch by their names, and the steps by which they come, change and go.
 * Each step leaves the switch forwarding, and frames that it does not concern are not touched; how
 * a unit comes and goes is the business of {@link Placement}. Used by the thread that changes the
 * switch.
 */
final class LiveSwitch implements ChangeSteps {
    private final Units units;
    private final DeviceOpener devices;
    private final ControlPlane control;
    private final Placement placement;

    /** Ports that were opened before their step, by name. */
    private final Map<String, Unit> opened = new HashMap<>();

    /** Uplinks and ports as they were made or changed last, by name. */
    private final Map<String, UplinkConfig> uplinks = new LinkedHashMap<>();

    private final Map<String, PortConfig> ports = new LinkedHashMap<>();

    /** Tunnels, networks and remotes as they were taken over last. */
    private List<?> tunnels = List.of(List.of(), List.of(), List.of());

    private final Absences absences;
    private final HostPorts hosts;
    private final UplinkMtus mtus = new UplinkMtus();
    private final UplinkDevices uplinkDevices;
    private final Reconciliation reconciliation;

    /** Names of those that a step left half way: they are as no configuration says. */
    private final Set<String> amiss = new HashSet<>();

    /**
     * @param units where what comes is put; closed by whoever stops the switch
     * @param absences where what is not there is noted
     */
    LiveSwitch(
            Units units,
            DeviceOpener devices,
            ControlPlane control,
            Placement placement,
            InterfaceWatch watch,
            Absences absences) {
        this.absences = absences;
        this.hosts = new HostPorts(units, devices, control, placement, absences, this::dropHost);
        this.uplinkDevices = new UplinkDevices(units, devices, control, placement);
        this.reconciliation =
                new Reconciliation(this, hosts, uplinkDevices, units, watch, absences);
        this.units = units;
        this.devices = devices;
        this.control = control;
        this.placement = placement;
    }

    // -- what stands --

    @Override
    public Map<String, UplinkConfig> uplinks() {
        return Collections.unmodifiableMap(uplinks);
    }

    @Override
    public Map<String, PortConfig> ports() {
        return Collections.unmodifiableMap(ports);
    }

    @Override
    public boolean isAmiss(String name) {
        return amiss.contains(name);
    }

    // -- checks --

    @Override
    public void check(PortConfig port, IfMissing ifMissing) {
        if (!ifMissing.waitsFor(Missing.of(port))) {
            devices.checkPort(port);
        }
    }

    @Override
    public void check(HostConfig host, IfMissing ifMissing) {
        if (!ifMissing.waitsFor(Missing.of(host))) {
            devices.checkHost(host);
        }
    }

    @Override
    public void checkChange(UplinkConfig uplink, PortConfig before, PortConfig after) {
        Devices.mtu(uplink, units.uplinks.get(uplink.name()).unit(), after);
        if (absences.isAbsent(Kind.PORT, after.name())) {
            return;
        }
        units.ports
                .get(after.name())
                .unit()
                .tap()
                .ifPresent(
                        tap ->
                                TapAddresses.check(
                                        "port '" + after.name() + "'",
                                        tap,
                                        before.addresses(),
                                        after.addresses()));
    }

    @Override
    public Map<IpAddress, String> owners(UplinkConfig uplink, List<IpAddress> addresses) {
        final Placed placed = units.uplinks.get(uplink.name());
        return placed == null ? Map.of() : control.owners(placed.index(), addresses);
    }

    // -- steps --

    @Override
    public void addUplink(UplinkConfig config, List<UplinkConfig> all, IfMissing ifMissing) {
        placement.finishRemovals();
        final Unit unit =
                absences.orWait(
                                Kind.UPLINK,
                                config.name(),
                                ifMissing,
                                () -> Missing.of(config),
                                () -> devices.uplink(config, all))
                        .orElseGet(() -> devices.absent(config));
        final Placed placed =
                placement.place(
                        unit,
                        () ->
                                control.addUplink(
                                        config,
                                        unit.mac().get(),
                                        unit.mtu(),
                                        unit.device().maxMtu(),
                                        unit.device().linkUp()),
                        index -> sendTunneled(unit, index));
        units.uplinks.put(config.name(), placed);
        uplinks.put(config.name(), config);
        try {
            config.host().ifPresent(host -> hosts.add(config, host, ifMissing));
        } catch (RuntimeException | Error e) {
            amiss.add(config.name());
            orAddTo(e, () -> removeUplink(config.name()));
            throw e;
        }
    }

    private void sendTunneled(Unit unit, int index) {
        if (unit.device() instanceof TunnelDevice network) {
            network.place(index);
            control.sendsTo(index, network::flood);
        }
    }

    @Override
    public void changeTunnels(SwitchConfig next) {
        final List<?> wanted = List.of(next.tunnels(), next.vnis(), next.remotes());
        if (!wanted.equals(tunnels)) {
            control.changeTunnels(next);
            tunnels = wanted;
        }
    }

    private static void orAddTo(Throwable why, Runnable undo) {
        try {
            undo.run();
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    @Override
    public void removeUplink(String name) {
        absences.remove(Kind.HOST, name);
        if (units.hosts.containsKey(name)) {
            remove(units.hosts, name);
            // Its uplink may have to stay after all.
            amiss.add(name);
        }
        remove(units.uplinks, name);
        uplinks.remove(name);
        absences.remove(Kind.UPLINK, name);
    }

    @Override
    public void openPort(UplinkConfig config, PortConfig port, IfMissing ifMissing) {
        if (ifMissing.waitsFor(Missing.of(port))) {
            return;
        }
        final Unit uplink = units.uplinks.get(config.name()).unit();
        opened.put(port.name(), devices.port(config, uplink, port, mode(config, port)));
    }

    @Override
    public void closeOpened() {
        opened.values().forEach(Unit::close);
        opened.clear();
    }

    @Override
    public void addPort(UplinkConfig config, PortConfig port, IfMissing ifMissing) {
        absences.orWait(
                Kind.PORT,
                port.name(),
                ifMissing,
                () -> opened.containsKey(port.name()) ? Optional.empty() : Missing.of(port),
                () -> {
                    bringPort(config, port);
                    return port;
                });
        ports.put(port.name(), port);
        absences.show(config, port);
    }

    /** Makes a port, all that it needs being there. */
    void bringPort(UplinkConfig config, PortConfig port) {
        placement.finishRemovals();
        final Placed uplink = units.uplinks.get(config.name());
        final Unit ready = opened.remove(port.name());
        final Unit unit =
                ready == null
                        ? devices.port(config, uplink.unit(), port, mode(config, port))
                        : ready;
        final Placed placed =
                placement.place(
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
    public void removePort(String name) {
        dropPort(name);
        ports.remove(name);
        absences.remove(Kind.PORT, name);
    }

    /** Takes away what there is of a port, which stays configured. */
    void dropPort(String name) {
        remove(units.ports, name);
    }

    /** Takes away what there is of a host port, which stays configured. */
    void dropHost(String uplink) {
        remove(units.hosts, uplink);
    }

    private void remove(Map<String, Placed> from, String name) {
        final Placed gone = from.get(name);
        if (gone != null) {
            placement.remove(gone, () -> amiss.add(name));
            from.remove(name);
            amiss.remove(name);
        }
    }

    private static Mode mode(UplinkConfig uplink, PortConfig port) {
        return port.mode().orElse(uplink.mode());
    }

    @Override
    public void changeUplink(UplinkConfig after, List<PortConfig> members, IfMissing ifMissing) {
        final Placed uplink = units.uplinks.get(after.name());
        final UplinkConfig before = uplinks.get(after.name());
        final OptionalInt mtu = changeMtu(before, after, ifMissing);
        // From here on the way back may fail as well.
        amiss.add(after.name());
        final Map<Integer, PortConfig> byIndex = units.byIndex(members);
        control.changeUplink(uplink.index(), after, uplink.unit().device().maxMtu(), byIndex);
        uplinks.put(after.name(), after);
        mtu.ifPresent(now -> control.put(new Command.UplinkMtu(uplink.index(), now)));
        for (PortConfig port : byIndex.values()) {
            setArp(port, mode(after, port));
        }
        hosts.change(before, after, ifMissing);
        amiss.remove(after.name());
    }

    /** Says what the uplink has then, where the change says so. */
    private OptionalInt changeMtu(UplinkConfig before, UplinkConfig after, IfMissing ifMissing) {
        // A device that is waited for is opened with it.
        if (absences.isAbsent(Kind.UPLINK, after.name()) || before.mtu().equals(after.mtu())) {
            return after.mtu();
        }
        final Unit unit = units.uplinks.get(after.name()).unit();
        final boolean undoing = ifMissing == IfMissing.ALWAYS_WAIT;
        final OptionalInt next = mtus.next(after.name(), unit, after.mtu(), undoing);
        next.ifPresent(mtu -> uplinkDevices.setMtu(sharing(after), mtu));
        return next;
    }

    /** The uplinks of a device, as they are now, with their ports. */
    private Map<UplinkConfig, List<PortConfig>> sharing(UplinkConfig uplink) {
        final Map<UplinkConfig, List<PortConfig>> sharing = new LinkedHashMap<>();
        for (UplinkConfig each : uplinks.values()) {
            if (each.device().equals(uplink.device())) {
                sharing.put(
                        each,
                        ports.values().stream()
                                .filter(port -> port.uplink().equals(each.name()))
                                .toList());
            }
        }
        return sharing;
    }

    @Override
    public void changePort(UplinkConfig uplink, PortConfig before, PortConfig after) {
        if (absences.isAbsent(Kind.PORT, after.name())) {
            ports.put(after.name(), after);
            absences.show(uplink, after);
            return;
        }
        final Placed placed = units.ports.get(after.name());
        control.changePort(placed.index(), before, after);
        try {
            setArp(after, mode(uplink, after));
            TapAddresses.change(control, placed, before.addresses(), after.addresses());
        } catch (RuntimeException | Error e) {
            amiss.add(after.name());
            orAddTo(
                    e,
                    () -> {
                        control.changePort(placed.index(), after, before);
                        setArp(before, mode(uplink, before));
                        amiss.remove(after.name());
                    });
            throw e;
        }
        ports.put(after.name(), after);
    }

    /** Whoever is behind a socket is answered instead (spec TX-34). */
    private void setArp(PortConfig port, Mode mode) {
        units.ports
                .get(port.name())
                .unit()
                .tap()
                .ifPresent(tap -> TapAddresses.whereThere(() -> tap.setArp(mode == Mode.L2)));
    }

    @Override
    public boolean reconcile(SwitchConfig config, Predicate<String> renewed) {
        reconciliation.look(config, renewed);
        return absences.isAnyWaiting();
    }

    @Override
    public void finishRemovals() {
        placement.finishRemovals();
    }

    @Override
    public void settle() {
        placement.finishRemovals();
        control.settle();
    }
}
