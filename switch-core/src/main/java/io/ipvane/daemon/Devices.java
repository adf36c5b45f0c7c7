// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.burst.FramePool;
import io.ipvane.config.DeviceSpec;
import io.ipvane.config.EndpointConfig;
import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.device.AbsentDevice;
import io.ipvane.device.Device;
import io.ipvane.device.DpdkDevice;
import io.ipvane.device.MbufPool;
import io.ipvane.device.PacketDevice;
import io.ipvane.device.TapDevice;
import io.ipvane.device.TunnelDevice;
import io.ipvane.device.XdpDevice;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.Mempool;
import io.ipvane.ipvlan.Mode;
import io.ipvane.lcore.ThreadTopology;
import io.ipvane.linux.InterfaceTakeover;
import io.ipvane.linux.InterfaceTakeover.Capture;
import io.ipvane.linux.KeptTaps;
import io.ipvane.linux.Link;
import io.ipvane.linux.LinuxException;
import io.ipvane.linux.Netns;
import io.ipvane.linux.PacketSocket;
import io.ipvane.linux.PortLinkLocal;
import io.ipvane.linux.RtNetlink;
import io.ipvane.linux.TapInterface;
import io.ipvane.linux.TapSpec;
import io.ipvane.linux.WatchedInterface;
import io.ipvane.linux.XdpInterface;
import io.ipvane.macnat.UplinkMac;
import io.ipvane.packet.IpPrefix;
import io.ipvane.tunnel.RemoteTable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens what the configuration names: the device of an uplink, its host port, its ports. Each is a
 * {@link Unit} of its own, so that each can go by itself. Used by the thread that changes the
 * switch.
 */
final class Devices implements DeviceOpener {
    /** Where the next start finds what this one has taken over and made. */
    private static final Path STATE = Path.of("/run/ipvane");

    private static final Logger LOG = LoggerFactory.getLogger(Devices.class);
    private static final int DEFAULT_MTU = 1500;

    /** {@link KeptTaps#number} gives ports the others. */
    private static final int HOST_LINK_LOCAL = PortLinkLocal.MAX_NUMBER;

    private final FramePools pools;
    private final Mempool mempool;
    private final Mempool large;
    private final ThreadTopology threads;
    private final FramePool pool;
    private final Trunks trunks;
    private final PeerPorts peers;
    private final KeptTaps kept;
    private final RemoteTable remotes;

    /** Devices of uplinks as they were opened last, by name. */
    private final Map<String, Device> underlays = new HashMap<>();

    /**
     * @param pools for all frames
     * @param kept interfaces of ports that outlive the switch
     * @param remotes that lie behind tunnels
     * @param keeper of the sockets of ports
     */
    Devices(
            FramePools pools,
            ThreadTopology threads,
            KeptTaps kept,
            RemoteTable remotes,
            SocketKeeper keeper) {
        this.kept = kept;
        this.remotes = remotes;
        this.pools = pools;
        this.mempool = pools.frames();
        this.large = pools.large();
        this.threads = threads;
        this.pool = new MbufPool(mempool);
        this.trunks = new Trunks(pool);
        this.peers = new PeerPorts(mempool, pool, queues(), keeper);
    }

    /** The MTU that an interface has; empty where there is none of that name. */
    static OptionalInt mtuOf(String interfaceName) {
        try (Netns own = Netns.open("");
                RtNetlink netlink = new RtNetlink(own)) {
            return netlink.findLink(interfaceName).stream().mapToInt(Link::mtu).findFirst();
        }
    }

    /** Opens what interfaces of ports have stayed, and removes those that have no port any more. */
    static KeptTaps kept(SwitchConfig config) {
        final KeptTaps kept =
                KeptTaps.open(
                        STATE,
                        config.admin().listen().stream()
                                .findFirst()
                                .map(Object::toString)
                                .orElse("none"),
                        config.keepInterfaces());
        final Set<WatchedInterface> wanted =
                config.ports().stream()
                        .map(PortConfig::endpoint)
                        .filter(EndpointConfig.Tap.class::isInstance)
                        .map(EndpointConfig.Tap.class::cast)
                        .map(
                                tap ->
                                        new WatchedInterface(
                                                tap.netns().orElse(""), tap.interfaceName()))
                        .collect(Collectors.toSet());
        kept.removeLeftovers(wanted::contains)
                .forEach(failure -> LOG.warn("event=leftover_not_removed {}", failure));
        return kept;
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

    /** What opens something into parts that are closed again where it fails. */
    private interface Opening {
        Unit open(Closers parts);
    }

    private static Unit opening(Opening opening) {
        final Closers parts = new Closers();
        try {
            return opening.open(parts);
        } catch (RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    @Override
    public Unit uplink(UplinkConfig uplink, List<UplinkConfig> all) {
        if (uplink.device() instanceof DeviceSpec.Tunnel tunnel) {
            return network(uplink, tunnel);
        }
        final Unit opened =
                opening(
                        parts ->
                                trunks.isTrunk(uplink.device(), all)
                                        ? trunks.join(uplink, all, this::physical, parts)
                                        : plain(uplink, parts));
        underlays.put(uplink.name(), opened.device());
        return opened;
    }

    /** A network of a tunnel needs nothing of its own but memory. */
    private Unit network(UplinkConfig uplink, DeviceSpec.Tunnel tunnel) {
        final Device underlay = underlays.get(tunnel.underlay());
        final int mtu = (underlay == null ? DEFAULT_MTU : underlay.mtu()) - tunnel.overhead();
        final TunnelDevice device =
                new TunnelDevice(
                        uplink.name(),
                        queues(),
                        tunnel.mac(),
                        Math.min(uplink.mtu().orElse(mtu), mtu),
                        pool,
                        remotes);
        return new Unit(
                device,
                new UplinkMac(tunnel.mac()),
                device.mtu(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Place.ALONE,
                new Closers());
    }

    @Override
    public Unit absent(UplinkConfig uplink) {
        final long random = ThreadLocalRandom.current().nextLong(1L << 40);
        // Locally administered, unicast.
        final UplinkMac mac = new UplinkMac(0x02L << 40 | random);
        return absent(uplink, mac, uplink.mtu().orElse(DEFAULT_MTU));
    }

    @Override
    public Unit absent(UplinkConfig uplink, Unit gone) {
        return absent(uplink, gone.mac(), gone.device().mtu());
    }

    private Unit absent(UplinkConfig uplink, UplinkMac mac, int mtu) {
        return new Unit(
                new AbsentDevice(uplink.name(), queues(), mac.get(), mtu),
                mac,
                mtu,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Place.ALONE,
                new Closers());
    }

    private Unit plain(UplinkConfig uplink, Closers parts) {
        trunks.plain(uplink, parts);
        final Unit unit = physical(uplink, parts);
        parts.add("device " + uplink.name(), unit.device());
        return unit;
    }

    /** What an uplink, or several, have for themselves; the device is still to be closed. */
    private Unit physical(UplinkConfig uplink, Closers parts) {
        final Optional<InterfaceTakeover> taken = takeover(uplink, parts);
        final Device device = uplinkDevice(uplink, parts);
        return new Unit(
                device,
                new UplinkMac(ownMac(uplink, device)),
                device.mtu(),
                Optional.empty(),
                Optional.empty(),
                watchable(uplink),
                taken,
                Place.ALONE,
                parts);
    }

    /**
     * The interface that tells of an uplink's link. A TAP is a cable whose far end may be taken to
     * any namespace; it is asked instead.
     */
    static Optional<WatchedInterface> watchable(UplinkConfig uplink) {
        return uplink.device() instanceof DeviceSpec.Tap
                ? Optional.empty()
                : uplink.device().kernelInterface().map(name -> new WatchedInterface("", name));
    }

    /**
     * The one MAC of the uplink. A TAP's is that of the stack at its far end, the wire's side, so
     * ours is its neighbour: the same with the lowest bit turned.
     */
    private static long ownMac(UplinkConfig uplink, Device device) {
        return uplink.device() instanceof DeviceSpec.Tap ? device.mac() ^ 1 : device.mac();
    }

    private static Optional<InterfaceTakeover> takeover(UplinkConfig uplink, Closers parts) {
        return switch (uplink.device()) {
            case DeviceSpec.AfPacket d -> take(d.interfaceName(), Capture.PACKET, parts);
            case DeviceSpec.AfXdp d -> take(d.interfaceName(), Capture.XDP, parts);
            default -> Optional.empty();
        };
    }

    private static Optional<InterfaceTakeover> take(
            String interfaceName, Capture capture, Closers parts) {
        final InterfaceTakeover taken =
                parts.add(
                        "takeover of " + interfaceName,
                        InterfaceTakeover.take(
                                new WatchedInterface("", interfaceName), capture, STATE));
        taken.warnings().forEach(w -> LOG.warn("event=takeover {}", w));
        return Optional.of(taken);
    }

    private Device uplinkDevice(UplinkConfig uplink, Closers parts) {
        final int queues = uplink.queues().orElse(queues());
        if (uplink.device() instanceof DeviceSpec.Tap tap) {
            final int mtu = uplink.mtu().orElse(DEFAULT_MTU);
            final TapSpec spec =
                    new TapSpec("", tap.interfaceName(), 0, queues, mtu, true, 0, List.of());
            final TapInterface made = bringUp("uplink '" + uplink.name() + "'", spec, parts);
            return new TapDevice(
                    uplink.name(),
                    made.tap(),
                    mempool.address(),
                    large.address(),
                    mtu,
                    made::setMtu);
        }
        final int mtu = uplink.mtu().orElse(0);
        if (uplink.device() instanceof DeviceSpec.AfPacket packet) {
            final PacketSocket socket =
                    saying(
                            "uplink '" + uplink.name() + "'",
                            () -> PacketSocket.open(packet.interfaceName(), queues, mtu));
            return new PacketDevice(uplink.name(), socket, mempool.address(), large.address());
        }
        if (uplink.device() instanceof DeviceSpec.AfXdp xdp) {
            return new XdpDevice(
                    uplink.name(),
                    mtu,
                    bytes -> xdp(uplink.name(), xdp.interfaceName(), queues, bytes));
        }
        final DeviceOptions options = DeviceOptions.DEFAULT.withQueues(queues).withMtu(mtu);
        return new DpdkDevice(
                uplink.name(),
                EthDevice.open(
                        uplink.device().toString(),
                        options,
                        room -> pools.of(uplink.name(), room, queues)));
    }

    private XdpInterface xdp(String uplink, String interfaceName, int queues, int mtu) {
        final XdpInterface opened =
                XdpInterface.open(interfaceName, queues, mtu, mempool.address());
        LOG.info(
                "event=xdp_memory uplink={} megabytes={} queues={} of_queue=\"6144 pages of 4 KiB\"",
                uplink,
                (queues * XdpInterface.MEMORY_OF_QUEUE) >> 20,
                queues);
        if (opened.isGeneric()) {
            LOG.warn(
                    "event=xdp_generic uplink={} interface={} reason=\"its driver takes no XDP program"
                            + " at mtu {}: frames come by the stack, and more slowly\"",
                    uplink,
                    interfaceName,
                    opened.mtu());
        }
        return opened;
    }

    /** A queue for every lcore that receives, and for every one that transmits. */
    private int queues() {
        return Math.max(threads.receivers(), threads.transmitters());
    }

    /**
     * The host port of an uplink. It has the addresses and routes that the configuration gives it,
     * and those that the uplink's interface had before it was taken over.
     */
    @Override
    public Unit host(UplinkConfig config, Unit uplink, HostConfig host) {
        return opening(
                parts -> {
                    final String netns = host.netns().orElse("");
                    final int mtu = Math.min(mtu(config, uplink), EndpointConfig.Tap.MAX_MTU);
                    final TapInterface tap =
                            bringUp(
                                    "host port '" + host.interfaceName() + "'",
                                    new TapSpec(
                                            netns,
                                            host.interfaceName(),
                                            uplink.mac().get(),
                                            queues(),
                                            mtu,
                                            true,
                                            HOST_LINK_LOCAL,
                                            Addresses.linux(host.addresses())),
                                    parts);
                    uplink.taken().stream()
                            .flatMap(taken -> tap.adopt(taken).stream())
                            .forEach(f -> LOG.warn("event=takeover_incomplete {}", f));
                    uplink.taken().stream()
                            .flatMap(taken -> taken.leases().stream())
                            .forEach(lease -> LOG.warn("event=takeover_lease {}", lease));
                    return unit(
                            uplink,
                            host.interfaceName(),
                            new WatchedInterface(netns, host.interfaceName()),
                            tap,
                            mtu,
                            parts);
                });
    }

    @Override
    public Unit port(UplinkConfig config, Unit uplink, PortConfig port, Mode mode) {
        final int mtu = mtu(config, uplink, port);
        return switch (port.endpoint()) {
            case EndpointConfig.Tap tap -> tapPort(uplink, port, tap, mode, mtu);
            case EndpointConfig.OverSocket peer ->
                    opening(parts -> peers.open(uplink, port, peer, mtu, parts));
        };
    }

    @Override
    public void checkPort(PortConfig port) {
        final String owner = "port '" + port.name() + "'";
        switch (port.endpoint()) {
            // It gets IPv6 addresses when there is IPv6.
            case EndpointConfig.Tap tap -> checkPlace(owner, tap.netns(), List.of());
            case EndpointConfig.OverSocket peer -> peers.check(port, peer);
        }
    }

    @Override
    public void checkHost(HostConfig host) {
        checkPlace("host port '" + host.interfaceName() + "'", host.netns(), host.addresses());
    }

    private static void checkPlace(String whose, Optional<String> netns, List<IpPrefix> addresses) {
        saying(
                whose,
                () -> {
                    TapInterface.checkPlace(netns.orElse(""), Addresses.linux(addresses));
                    return null;
                });
    }

    /**
     * Ports of one uplink share its MAC, so each gets a link-local address of its own, as the
     * kernel does it (spec ADR-15, ADR-16); in l3 and l3s nobody asks for neighbours (TX-34).
     */
    private Unit tapPort(
            Unit uplink, PortConfig port, EndpointConfig.Tap config, Mode mode, int mtu) {
        final WatchedInterface at =
                new WatchedInterface(config.netns().orElse(""), config.interfaceName());
        final int linkLocal = kept.number(at);
        return opening(
                parts -> {
                    final TapInterface tap =
                            bringUp(
                                    "port '" + port.name() + "'",
                                    new TapSpec(
                                            at.netns(),
                                            at.name(),
                                            uplink.mac().get(),
                                            Math.max(port.queues(), queues()),
                                            mtu,
                                            mode == Mode.L2,
                                            linkLocal,
                                            Addresses.linux(port.addresses())),
                                    spec -> TapInterface.bringUp(spec, kept),
                                    parts);
                    return unit(uplink, port.name(), at, tap, mtu, parts);
                });
    }

    /** As configured, or as the device has it: by now another may be set. */
    private static int mtu(UplinkConfig config, Unit uplink) {
        final int device = uplink.device().mtu();
        return Math.min(config.mtu().orElse(device), device);
    }

    /**
     * What a port's MTU is to be.
     *
     * @throws IllegalArgumentException where that is more than the uplink carries (spec CFG-9)
     */
    static int mtu(UplinkConfig config, Unit uplink, PortConfig port) {
        // What the configuration gives the uplink, it has when the port is changed or opened.
        final int most = config.mtu().orElse(uplink.device().mtu());
        final int mtu = port.mtu().orElse(port.endpoint().maxMtu());
        if (port.mtu().isPresent() && mtu > most) {
            throw new IllegalArgumentException(
                    "port '%s': mtu=%d exceeds mtu=%d of uplink '%s'; lower the port to mtu<=%3$d or raise the uplink"
                            .formatted(port.name(), mtu, most, config.name()));
        }
        return Math.min(mtu, mtu(config, uplink));
    }

    private Unit unit(
            Unit uplink,
            String name,
            WatchedInterface at,
            TapInterface tap,
            int mtu,
            Closers parts) {
        return new Unit(
                tapDevice(name, tap, mtu, parts),
                uplink.mac(),
                mtu,
                Optional.of(tap),
                Optional.empty(),
                Optional.of(at),
                Optional.empty(),
                Place.ALONE,
                parts);
    }

    private TapDevice tapDevice(String name, TapInterface tap, int mtu, Closers parts) {
        return parts.add(
                "device " + name,
                new TapDevice(
                        name, tap.tap(), mempool.address(), large.address(), mtu, tap::setMtu));
    }

    private static TapInterface bringUp(String whose, TapSpec spec, Closers parts) {
        return bringUp(whose, spec, TapInterface::bringUp, parts);
    }

    private static TapInterface bringUp(
            String whose, TapSpec spec, Function<TapSpec, TapInterface> way, Closers parts) {
        return saying(whose, () -> parts.add("tap " + spec.name(), way.apply(spec)));
    }

    /** Lets refusals say whose the interface is. */
    private static <T> T saying(String whose, Supplier<T> step) {
        try {
            return step.get();
        } catch (LinuxException e) {
            throw new LinuxException(e.errno(), whose + ": " + e.getMessage());
        }
    }
}
