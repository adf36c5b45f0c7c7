// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.DeviceSpec;
import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.Command;
import io.ipvane.control.ModelBuilder;
import io.ipvane.control.Route;
import io.ipvane.control.SwitchModel;
import io.ipvane.device.Device;
import io.ipvane.device.DpdkDevice;
import io.ipvane.device.MbufPool;
import io.ipvane.device.TapDevice;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.Mempool;
import io.ipvane.ipvlan.Mode;
import io.ipvane.lcore.ThreadTopology;
import io.ipvane.linux.InterfaceTakeover;
import io.ipvane.linux.InterfaceTakeover.Capture;
import io.ipvane.linux.LinuxException;
import io.ipvane.linux.PortLinkLocal;
import io.ipvane.linux.TapInterface;
import io.ipvane.linux.TapSpec;
import io.ipvane.linux.WatchedInterface;
import io.ipvane.packet.IpPrefix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens what the configuration names, and gives each an index: the uplink's device, its host port,
 * its ports. Main thread only, before anything forwards; closing gives everything back in reverse.
 */
final class Devices implements AutoCloseable {
    /** Where a takeover is recorded, so that a start after a crash knows what was there before. */
    private static final Path STATE = Path.of("/run/ipvane");

    private static final Logger LOG = LoggerFactory.getLogger(Devices.class);
    private static final int DEFAULT_MTU = 1500;

    /** Ports count up from 1. */
    private static final int HOST_LINK_LOCAL = PortLinkLocal.MAX_NUMBER;

    private static final int XDP_MBUFS = 16_384;

    private final Mempool mempool;
    private final Mempool large;
    private final ThreadTopology threads;
    private final Closers opened = new Closers();
    private final ModelBuilder model = new ModelBuilder();
    private final List<Device> devices = new ArrayList<>();
    private final List<InterfaceWatch.Watched> watched = new ArrayList<>();
    private final List<Command> configured = new ArrayList<>();
    private final TapEndpoints endpoints = new TapEndpoints();
    private final Map<String, InterfaceTakeover> takeovers = new HashMap<>();
    private final Trunks trunks;
    private int linkLocals;

    /**
     * @param mempool for all frames
     * @param large for what does not fit one mbuf of that
     */
    Devices(Mempool mempool, Mempool large, ThreadTopology threads) {
        this.mempool = mempool;
        this.large = large;
        this.threads = threads;
        this.trunks = new Trunks(new MbufPool(mempool));
    }

    /** Gives back what a switch that was killed had taken, unless it is an uplink again. */
    static void restoreLeftovers(List<UplinkConfig> uplinks) {
        final List<WatchedInterface> wanted =
                uplinks.stream()
                        .flatMap(uplink -> uplink.device().kernelInterface().stream())
                        .map(name -> new WatchedInterface("", name))
                        .toList();
        InterfaceTakeover.restoreLeftovers(STATE, wanted::contains)
                .forEach(failure -> LOG.warn("event=leftover_not_restored {}", failure));
    }

    /**
     * Opens one uplink and all that hangs off it.
     *
     * @param all of the configuration, for those that share its device
     */
    void open(UplinkConfig uplink, List<UplinkConfig> all, List<PortConfig> ports) {
        final Optional<InterfaceTakeover> taken = takeover(uplink);
        final Device device =
                Trunks.isTrunk(uplink.device(), all)
                        ? trunks.join(
                                uplink,
                                devices.size(),
                                first -> uplinkDevice(Trunks.together(first, all)))
                        : uplinkDevice(uplink);
        final long mac = ownMac(uplink, device);
        final int mtu = mtu(uplink, device);
        final int index =
                add(device, model.uplink(uplink, mac, mtu, device.maxMtu(), device.linkUp()));
        if (uplink.device().kernelInterface().isEmpty()) {
            endpoints.putSilent(index, device);
        }
        uplink.device()
                .kernelInterface()
                .ifPresent(name -> watch(new WatchedInterface("", name), index, null));
        uplink.host().ifPresent(host -> host(index, mac, mtu, host, taken));
        for (PortConfig port : ports) {
            port(uplink, index, mac, mtu, port);
        }
    }

    /**
     * The one MAC of the uplink. A TAP's is that of the stack at its far end, the wire's side, so
     * ours is its neighbour: the same with the lowest bit turned.
     */
    private static long ownMac(UplinkConfig uplink, Device device) {
        return uplink.device() instanceof DeviceSpec.Tap ? device.mac() ^ 1 : device.mac();
    }

    /** An uplink may have less than the device that it shares. */
    private static int mtu(UplinkConfig uplink, Device device) {
        return Math.min(uplink.mtu().orElse(device.mtu()), device.mtu());
    }

    /**
     * Kernel interfaces are taken from the host's own stack first, and once; what they had is for
     * the uplink without a tag, as they spoke without one.
     */
    private Optional<InterfaceTakeover> takeover(UplinkConfig uplink) {
        final Optional<InterfaceTakeover> taken =
                uplink.device()
                        .kernelInterface()
                        .flatMap(
                                name ->
                                        Optional.ofNullable(takeovers.get(name))
                                                .or(() -> take(uplink.device())));
        return uplink.vlan().isPresent() ? Optional.empty() : taken;
    }

    private Optional<InterfaceTakeover> take(DeviceSpec device) {
        return switch (device) {
            case DeviceSpec.AfPacket d -> take(d.interfaceName(), Capture.PACKET);
            case DeviceSpec.AfXdp d -> take(d.interfaceName(), Capture.XDP);
            default -> Optional.empty();
        };
    }

    private Optional<InterfaceTakeover> take(String interfaceName, Capture capture) {
        final InterfaceTakeover taken =
                opened.add(
                        "takeover of " + interfaceName,
                        InterfaceTakeover.take(
                                new WatchedInterface("", interfaceName), capture, STATE));
        taken.warnings().forEach(w -> LOG.warn("event=takeover {}", w));
        takeovers.put(interfaceName, taken);
        return Optional.of(taken);
    }

    private Device uplinkDevice(UplinkConfig uplink) {
        final int queues = uplink.queues().orElse(queues());
        if (uplink.device() instanceof DeviceSpec.Tap tap) {
            final int mtu = uplink.mtu().orElse(DEFAULT_MTU);
            return tap(
                    uplink.name(),
                    new TapSpec("", tap.interfaceName(), 0, queues, mtu, true, 0, List.of()));
        }
        final DeviceOptions options =
                DeviceOptions.DEFAULT.withQueues(queues).withMtu(uplink.mtu().orElse(0));
        return new DpdkDevice(
                uplink.name(), EthDevice.open(uplink.device().toString(), options, pool(uplink)));
    }

    /** af_xdp keeps its fill ring's frames after it is closed: they must be nobody else's. */
    private Mempool pool(UplinkConfig uplink) {
        if (!(uplink.device() instanceof DeviceSpec.AfXdp)) {
            return mempool;
        }
        final String name = "xdp-" + devices.size();
        return opened.add(name, Mempool.create(name, XDP_MBUFS, Mempool.DEFAULT_DATA_ROOM));
    }

    /** A queue for every lcore that receives, and for every one that transmits. */
    private int queues() {
        return Math.max(threads.receivers(), threads.transmitters());
    }

    /**
     * The host port has the addresses and routes that the configuration gives it, and those that
     * the uplink's interface had before it was taken over.
     */
    private void host(
            int index, long mac, int mtu, HostConfig host, Optional<InterfaceTakeover> taken) {
        final String netns = host.netns().orElse("");
        final TapInterface tap =
                bringUp(
                        "host port '" + host.interfaceName() + "'",
                        new TapSpec(
                                netns,
                                host.interfaceName(),
                                mac,
                                queues(),
                                mtu,
                                true,
                                HOST_LINK_LOCAL,
                                linux(host.addresses())));
        taken.map(tap::adopt)
                .ifPresent(
                        failures ->
                                failures.forEach(f -> LOG.warn("event=takeover_incomplete {}", f)));
        final TapDevice device = tapDevice(host.interfaceName(), tap, mtu);
        final int at =
                add(
                        device,
                        model.host(
                                index,
                                netns,
                                host.interfaceName(),
                                host.addresses(),
                                routes(taken)));
        endpoints.put(at, tap, device);
        watch(new WatchedInterface(netns, host.interfaceName()), at, tap);
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

    /**
     * Ports of one uplink share its MAC, so each gets a link-local address of its own, as the
     * kernel does it (spec ADR-15, ADR-16); in l3 and l3s nobody asks for neighbours (TX-34).
     */
    private void port(UplinkConfig uplink, int index, long mac, int uplinkMtu, PortConfig port) {
        final String netns = port.netns().orElse("");
        final int mtu = port.mtu().orElse(uplinkMtu);
        if (mtu > uplinkMtu) {
            throw new IllegalArgumentException(
                    "port '%s': mtu=%d exceeds mtu=%d of uplink '%s'; lower the port to mtu<=%3$d or raise the uplink"
                            .formatted(port.name(), mtu, uplinkMtu, uplink.name()));
        }
        final int linkLocal = ++linkLocals;
        final TapInterface tap =
                bringUp(
                        "port '" + port.name() + "'",
                        new TapSpec(
                                netns,
                                port.interfaceName(),
                                mac,
                                Math.max(port.queues(), queues()),
                                mtu,
                                uplink.mode() == Mode.L2,
                                linkLocal,
                                linux(port.addresses())));
        final TapDevice device = tapDevice(port.name(), tap, mtu);
        final int at = add(device, model.port(index, port));
        endpoints.put(at, tap, device);
        watch(new WatchedInterface(netns, port.interfaceName()), at, tap);
        port.addresses().forEach(a -> configured.add(new Command.AddressAdded(at, a, true)));
        tap.linkLocal()
                .map(Addresses::of)
                .ifPresent(a -> configured.add(new Command.AddressAdded(at, a, true)));
    }

    private static List<io.ipvane.linux.IpPrefix> linux(List<IpPrefix> addresses) {
        return addresses.stream().map(Addresses::linux).toList();
    }

    private Device tap(String name, TapSpec spec) {
        return tapDevice(name, bringUp("uplink '" + name + "'", spec), spec.mtu());
    }

    private TapDevice tapDevice(String name, TapInterface tap, int mtu) {
        return new TapDevice(name, tap.tap(), mempool.address(), large.address(), mtu);
    }

    private TapInterface bringUp(String whose, TapSpec spec) {
        try {
            return opened.add("tap " + spec.name(), TapInterface.bringUp(spec));
        } catch (LinuxException e) {
            throw new LinuxException(e.errno(), whose + ": " + e.getMessage());
        }
    }

    private int add(Device device, int index) {
        opened.add("device " + device.name(), device);
        if (index != devices.size()) {
            throw new AssertionError("devices are opened in the order of their indices");
        }
        devices.add(device);
        return index;
    }

    /** {@code tap} is null for an uplink. */
    private void watch(WatchedInterface at, int port, TapInterface tap) {
        watched.add(new InterfaceWatch.Watched(at, port, Optional.ofNullable(tap)));
    }

    /** All devices by index. */
    Device[] all() {
        return devices.toArray(Device[]::new);
    }

    /** Where the conductor changes interfaces. */
    TapEndpoints endpoints() {
        return endpoints;
    }

    /** The model of what was opened. */
    SwitchModel model() {
        return model.build();
    }

    /** Every interface that the conductor must hear of. */
    List<InterfaceWatch.Watched> watched() {
        return List.copyOf(watched);
    }

    /** The addresses that the configuration gives to ports. */
    List<Command> configured() {
        return List.copyOf(configured);
    }

    @Override
    public void close() {
        opened.close();
    }
}
