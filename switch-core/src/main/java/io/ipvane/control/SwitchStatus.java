// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.burst.DropReason;
import io.ipvane.config.EndpointConfig;
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
import io.ipvane.device.ReceiveLosses;
import io.ipvane.lcore.LcoreStatus;
import io.ipvane.lcore.ThreadTopology;
import io.ipvane.lcore.TopologyRunner;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.model.UplinkExit;
import io.ipvane.neighbor.NeighborResolver;
import io.ipvane.packet.MacAddress;
import io.ipvane.snapshot.PortEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

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

    private volatile Absent absent = Absent.NOTHING;
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

    /** Says who knows what is configured and not there; else everything is. */
    public void absent(Absent source) {
        absent = source;
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
                                uplinks(conductor.model()).size(),
                                (int) ports(conductor, PortEntry.Role.PORT)));
    }

    private static long ports(Conductor conductor, PortEntry.Role role) {
        return all(conductor.model()).stream().filter(port -> port.role() == role).count();
    }

    private static List<PortModel> all(SwitchModel model) {
        return model.ports().stream().filter(Objects::nonNull).toList();
    }

    @Override
    public List<UplinkView> uplinks() {
        final SwitchModel model = control.ask(Conductor::model);
        return uplinks(model).stream().map(uplink -> view(model, uplink)).toList();
    }

    private static List<SegmentModel> uplinks(SwitchModel model) {
        return model.segments().values().stream()
                .filter(segment -> segment.exit() instanceof UplinkExit)
                .toList();
    }

    private UplinkView view(SwitchModel model, SegmentModel uplink) {
        final UplinkExit exit = (UplinkExit) uplink.exit();
        return new UplinkView(
                uplink.name(),
                exit.device(),
                exit.vlan(),
                uplink.mode().key(),
                uplink.flag().key(),
                uplink.options().compat().key(),
                MacAddress.format(uplink.mac()),
                uplink.mtu(),
                uplink.linkUp(),
                absent.uplink(uplink.name()).isPresent()
                        ? PortView.WAITING
                        : uplink.linkUp() ? PortView.UP : PortView.DOWN,
                reason(uplink, exit),
                uplink.host() == PortEntry.NONE ? "" : model.port(uplink.host()).name(),
                model.members(uplink.domain()).size());
    }

    private String reason(SegmentModel uplink, UplinkExit exit) {
        return absent.uplink(uplink.name())
                .or(
                        () ->
                                uplink.linkUp()
                                        ? absent.host(uplink.name())
                                        : Optional.of("device '" + exit.device() + "' has no link"))
                .orElse("");
    }

    @Override
    public List<PortView> ports() {
        final List<PortView> all = new ArrayList<>(present());
        final Set<String> known = all.stream().map(PortView::name).collect(Collectors.toSet());
        // One that came this moment may be in both.
        absent.ports().stream().filter(one -> !known.contains(one.name())).forEach(all::add);
        return all;
    }

    private static String reason(SegmentModel uplink, PortModel port) {
        if (!port.up()) {
            return port.endpoint().orElseThrow() instanceof EndpointConfig.Tap tap
                    ? "interface '%s' is down; take it up: ip %slink set %1$s up"
                            .formatted(
                                    tap.interfaceName(),
                                    tap.netns().map(netns -> "-n " + netns + " ").orElse(""))
                    : "nobody is connected to its socket";
        }
        return port.carrier() ? "" : "uplink '" + uplink.name() + "' has no link";
    }

    private List<PortView> present() {
        return control.ask(
                conductor -> {
                    final List<PortView> views = new ArrayList<>();
                    int room = PortAddresses.PAGE;
                    for (PortModel port : all(conductor.model())) {
                        if (port.role() == PortEntry.Role.PORT) {
                            final PortAddresses addresses =
                                    new PortAddresses(control, conductor, port, room);
                            room -= addresses.taken();
                            views.add(view(conductor, port, addresses));
                        }
                    }
                    return views;
                });
    }

    private static PortView view(
            Conductor conductor, PortModel port, Iterable<AddressView> addresses) {
        final SegmentModel uplink = conductor.model().segmentOf(port.index());
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
                port.up() && port.carrier() ? PortView.UP : PortView.DOWN,
                reason(uplink, port),
                addresses);
    }

    @Override
    public List<PortStatsView> stats() {
        final SwitchModel model = control.ask(Conductor::model);
        final List<PortStatsView> all = new ArrayList<>();
        all(model).forEach(port -> all.add(stats(model, port)));
        final Set<String> known = all.stream().map(PortStatsView::name).collect(Collectors.toSet());
        absent.ports().stream()
                .filter(one -> !known.contains(one.name()))
                .forEach(one -> all.add(PortStatsView.none(one.name())));
        return all;
    }

    private PortStatsView stats(SwitchModel model, PortModel port) {
        final Map<String, Long> drops = new TreeMap<>();
        for (DropReason reason : DropCatalog.ALL) {
            final long count = drops(port, reason);
            if (count > 0) {
                drops.put(reason.key(), count);
            }
        }
        final ReceiveLosses losses =
                device(port).map(Device::receiveLosses).orElse(ReceiveLosses.NONE);
        final boolean isPort = port.role() == PortEntry.Role.PORT;
        return new PortStatsView(
                isPort ? port.name() : model.segmentOf(port.index()).name(),
                port.role().name().toLowerCase(Locale.ROOT),
                sum(port, PortCounter.RECEIVE_PACKETS),
                sum(port, PortCounter.RECEIVE_BYTES),
                losses.missed(),
                losses.errors(),
                losses.noMbuf(),
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
        final long counted = counters.sum(port.index(), reason.column());
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
        final List<DropView> views = new ArrayList<>();
        for (PortModel port : all(control.ask(Conductor::model))) {
            for (DropReason reason : DropCatalog.ALL) {
                final long count = drops(port, reason);
                if (count > 0) {
                    views.add(new DropView(port.name(), reason.key(), count, reason.sentence()));
                }
            }
        }
        return views;
    }

    @Override
    public List<NeighborView> neighbors() {
        final var known = control.ask(c -> Map.entry(c.model(), c.upcalls().neighbors().view()));
        // Text is made here, not by the conductor, which has better things to do.
        return known.getValue().stream().map(n -> view(known.getKey(), n)).toList();
    }

    private static NeighborView view(SwitchModel model, io.ipvane.neighbor.NeighborView neighbor) {
        return new NeighborView(
                model.segments().get(neighbor.uplink()).name(),
                neighbor.address().toString(),
                neighbor.mac() == NeighborResolver.NO_MAC ? "" : MacAddress.format(neighbor.mac()),
                neighbor.state().key());
    }

    @Override
    public List<RouteView> routes() {
        return control.ask(Conductor::model).segments().values().stream()
                .flatMap(u -> u.allRoutes().stream().map(r -> RouteView.of(u.name(), r)))
                .toList();
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
