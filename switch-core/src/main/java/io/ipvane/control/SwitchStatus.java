// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.DropReason;
import io.ipvane.config.EndpointConfig;
import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.view.AddressView;
import io.ipvane.control.view.DropView;
import io.ipvane.control.view.NeighborView;
import io.ipvane.control.view.PortStatsView;
import io.ipvane.control.view.PortView;
import io.ipvane.control.view.RouteView;
import io.ipvane.control.view.StatusSource;
import io.ipvane.control.view.SwitchView;
import io.ipvane.control.view.ThreadView;
import io.ipvane.control.view.UplinkView;
import io.ipvane.counters.Counters;
import io.ipvane.counters.PortCounter;
import io.ipvane.device.Device;
import io.ipvane.lcore.LcoreStatus;
import io.ipvane.lcore.ThreadTopology;
import io.ipvane.lcore.TopologyRunner;
import io.ipvane.neighbor.NeighborResolver;
import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.MacAddress;
import io.ipvane.snapshot.PortEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The switch as readers see it: configured and learned state by a question to the conductor,
 * counters by reading them. Any thread.
 */
public final class SwitchStatus implements StatusSource {
    private final ControlPlane control;
    private final Counters counters;
    private final TopologyRunner topology;
    private final ThreadTopology threads;
    private final String version;
    private final String dpdk;
    private final long started = System.nanoTime();

    private volatile String notReady = "the switch is starting";

    /**
     * @param version of ipvane
     * @param dpdk version of DPDK in use
     */
    public SwitchStatus(
            ControlPlane control,
            Counters counters,
            TopologyRunner topology,
            ThreadTopology threads,
            String version,
            String dpdk) {
        this.control = control;
        this.counters = counters;
        this.topology = topology;
        this.threads = threads;
        this.version = version;
        this.dpdk = dpdk;
    }

    /** From now on the switch forwards. */
    public void ready() {
        notReady = null;
    }

    @Override
    public Optional<String> notReady() {
        return Optional.ofNullable(notReady);
    }

    @Override
    public SwitchView status() {
        final long uptime = (System.nanoTime() - started) / 1_000_000_000L;
        return control.ask(
                conductor ->
                        new SwitchView(
                                version,
                                dpdk,
                                uptime,
                                conductor.generation(),
                                threads.plan().key(),
                                conductor.model().uplinks().size(),
                                (int) ports(conductor, PortEntry.Role.PORT)));
    }

    private static long ports(Conductor conductor, PortEntry.Role role) {
        return all(conductor).stream().filter(port -> port.role() == role).count();
    }

    private static List<PortModel> all(Conductor conductor) {
        return conductor.model().ports().stream().filter(Objects::nonNull).toList();
    }

    @Override
    public List<UplinkView> uplinks() {
        return control.ask(
                conductor -> {
                    final SwitchModel model = conductor.model();
                    return model.uplinks().values().stream()
                            .map(uplink -> view(model, uplink))
                            .toList();
                });
    }

    private static UplinkView view(SwitchModel model, UplinkModel uplink) {
        return new UplinkView(
                uplink.name(),
                uplink.device(),
                uplink.vlan(),
                uplink.mode().key(),
                uplink.flag().key(),
                uplink.options().compat().key(),
                MacAddress.format(uplink.mac()),
                uplink.mtu(),
                uplink.linkUp(),
                uplink.host() == PortEntry.NONE ? "" : model.port(uplink.host()).name(),
                model.members(uplink.index()).size());
    }

    @Override
    public List<PortView> ports() {
        return control.ask(
                conductor ->
                        all(conductor).stream()
                                .filter(port -> port.role() == PortEntry.Role.PORT)
                                .map(port -> view(conductor, port))
                                .toList());
    }

    private static PortView view(Conductor conductor, PortModel port) {
        final UplinkModel uplink = conductor.model().uplinkOf(port.index());
        final EndpointConfig endpoint = port.endpoint().orElseThrow();
        return new PortView(
                port.name(),
                uplink.name(),
                endpoint.type(),
                endpoint instanceof EndpointConfig.Tap tap ? tap.netns().orElse("") : "",
                endpoint instanceof EndpointConfig.Tap tap ? tap.interfaceName() : "",
                endpoint instanceof EndpointConfig.OverSocket over ? over.socket().toString() : "",
                port.mode().key(),
                port.flag().key(),
                port.mtu(),
                port.up(),
                port.carrier(),
                addresses(conductor, port));
    }

    private static List<AddressView> addresses(Conductor conductor, PortModel port) {
        final List<AddressView> views = new ArrayList<>();
        for (Claim claim : conductor.claims().book().of(port.index())) {
            views.add(
                    new AddressView(
                            claim.address().toString(),
                            claim.origin().key(),
                            conductor.claims().isActive(claim) ? "active" : "duplicate"));
        }
        return views;
    }

    @Override
    public List<PortStatsView> stats() {
        return control.ask(
                conductor -> all(conductor).stream().map(port -> stats(conductor, port)).toList());
    }

    private PortStatsView stats(Conductor conductor, PortModel port) {
        final Map<String, Long> drops = new TreeMap<>();
        for (DropReason reason : DropReason.values()) {
            final long count = drops(port, reason);
            if (count > 0) {
                drops.put(reason.key(), count);
            }
        }
        final boolean isPort = port.role() == PortEntry.Role.PORT;
        return new PortStatsView(
                isPort ? port.name() : conductor.model().uplinkOf(port.index()).name(),
                port.role().name().toLowerCase(Locale.ROOT),
                sum(port, PortCounter.RECEIVE_PACKETS),
                sum(port, PortCounter.RECEIVE_BYTES),
                sum(port, PortCounter.TRANSMIT_PACKETS) - lost(port),
                sum(port, PortCounter.TRANSMIT_BYTES),
                sum(port, PortCounter.TRANSMIT_GROUP),
                sum(port, PortCounter.ERRORS_SENT),
                sum(port, PortCounter.ERRORS_LIMITED),
                sum(port, PortCounter.ADDRESSES_REFUSED),
                drops);
    }

    private long sum(PortModel port, PortCounter counter) {
        return counters.sum(port.index(), counter.ordinal());
    }

    private long drops(PortModel port, DropReason reason) {
        final long counted = counters.sum(port.index(), PortCounter.COUNT + reason.ordinal());
        return counted + device(port).map(d -> d.dropped(reason)).orElse(0L);
    }

    private Optional<Device> device(PortModel port) {
        return Optional.ofNullable(topology.device(port.index()));
    }

    /** What a device took is counted as sent by the lcore, whatever became of it. */
    private long lost(PortModel port) {
        return device(port).map(Device::transmitLost).orElse(0L);
    }

    @Override
    public List<DropView> drops() {
        return control.ask(
                conductor -> {
                    final List<DropView> views = new ArrayList<>();
                    for (PortModel port : all(conductor)) {
                        for (DropReason reason : DropReason.values()) {
                            final long count = drops(port, reason);
                            if (count > 0) {
                                views.add(
                                        new DropView(
                                                port.name(),
                                                reason.key(),
                                                count,
                                                reason.sentence()));
                            }
                        }
                    }
                    return views;
                });
    }

    @Override
    public List<NeighborView> neighbors() {
        return control.ask(
                conductor ->
                        conductor.neighbors().view().stream()
                                .map(
                                        n ->
                                                new NeighborView(
                                                        conductor.model().port(n.uplink()).name(),
                                                        n.address().toString(),
                                                        n.mac() == NeighborResolver.NO_MAC
                                                                ? ""
                                                                : MacAddress.format(n.mac()),
                                                        n.state().key()))
                                .toList());
    }

    @Override
    public List<RouteView> routes() {
        return control.ask(
                conductor ->
                        conductor.model().uplinks().values().stream()
                                .flatMap(u -> u.allRoutes().stream().map(r -> view(u, r)))
                                .toList());
    }

    private static RouteView view(UplinkModel uplink, Route route) {
        final IpPrefix to = route.to();
        return new RouteView(
                uplink.name(),
                to.length() == 0 ? "default" : to.toString(),
                route.via() == null ? "" : route.via().toString(),
                route.kind() == Route.Kind.GATEWAY
                        ? "unicast"
                        : route.kind().name().toLowerCase(Locale.ROOT));
    }

    @Override
    public List<ThreadView> threads() {
        final List<ThreadView> views = new ArrayList<>();
        views.add(
                new ThreadView(
                        "conductor",
                        -1,
                        List.of("conduct"),
                        List.of(),
                        "sleep",
                        control.ask(Conductor::generation),
                        0));
        for (LcoreStatus lcore : topology.status()) {
            final double total = Math.max(1, lcore.busyNanos() + lcore.idleNanos());
            views.add(
                    new ThreadView(
                            lcore.thread(),
                            lcore.lcore(),
                            lcore.roles(),
                            lcore.rxQueues(),
                            threads.idle().name().toLowerCase(Locale.ROOT),
                            control.ask(c -> c.generationAt(lcore.epoch())),
                            lcore.busyNanos() / total));
        }
        return views;
    }
}
