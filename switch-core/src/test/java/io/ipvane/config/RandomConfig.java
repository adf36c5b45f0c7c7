// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.Compat;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.tunnel.TunnelOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Configurations that pass every check, with any of their parts present or absent. */
final class RandomConfig {
    private final SplittableRandom random;
    private int next;

    RandomConfig(long seed) {
        random = new SplittableRandom(seed);
    }

    SwitchConfig next() {
        final List<UplinkConfig> uplinks = new ArrayList<>();
        final List<PortConfig> ports = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            final UplinkConfig uplink = uplink();
            uplinks.add(uplink);
            for (int j = random.nextInt(4); j > 0; j--) {
                ports.add(port(uplink, OptionalInt.empty()));
            }
        }
        final List<TunnelConfig> tunnels = new ArrayList<>();
        final List<VniConfig> vnis = new ArrayList<>();
        final List<RemoteConfig> remotes = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            final TunnelConfig tunnel = tunnel(uplinks.get(random.nextInt(uplinks.size())));
            tunnels.add(tunnel);
            for (int j = random.nextInt(3); j > 0; j--) {
                final VniConfig vni = vni(tunnel);
                vnis.add(vni);
                ports.add(port(vni.over(tunnel, false, List.of()), OptionalInt.of(vni.vni())));
                remotes.addAll(some(() -> remote(vni, tunnel)));
            }
        }
        return new SwitchConfig(
                new EalConfig(one(Hugepages.values()), some(() -> "--log-level=" + next++)),
                new ThreadsConfig(ThreadPlan.SHARED, List.of(0), one(IdleMode.values())),
                uplinks,
                tunnels,
                vnis,
                remotes,
                ports,
                new AdminConfig(some(() -> ListenAddress.parse("127.0.0.1:" + (8_000 + next++)))),
                random.nextBoolean());
    }

    private TunnelConfig tunnel(UplinkConfig uplink) {
        return new TunnelConfig(
                name(),
                uplink.name(),
                TunnelConfig.Type.VXLAN,
                maybe(() -> List.of(address().address())).orElse(List.of()),
                new TunnelOptions(
                        1 + next++,
                        one(TunnelOptions.INHERIT, 1, 255),
                        one(TunnelOptions.INHERIT, 0, 184),
                        one(TunnelOptions.DontFragment.values()),
                        random.nextInt(1 << 20),
                        one(TunnelOptions.Checksum.values()),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        1 + random.nextInt(1_000),
                        1_001 + random.nextInt(1_000)),
                random.nextBoolean()
                        ? TunnelConfig.Peers.REMOTES
                        : new TunnelConfig.Peers(false, some(() -> address().network())),
                random.nextBoolean(),
                one(TunnelConfig.Fragments.values()));
    }

    private VniConfig vni(TunnelConfig tunnel) {
        return new VniConfig(
                next++,
                Optional.of(tunnel.name()),
                one(Mode.L2, Mode.L3),
                one(IpvlanFlag.values()),
                IpvlanOptions.of(one(Compat.values())),
                one(VniConfig.Unknown.values()),
                maybe(() -> 0x0200_0000_0000L + next++),
                number(2_000, 9_000),
                maybe(() -> new HostConfig(name(), maybe(this::name), some(this::address))),
                some(this::dropping));
    }

    private RemoteConfig remote(VniConfig vni, TunnelConfig tunnel) {
        final Optional<IpAddress> address = maybe(() -> address().address());
        return new RemoteConfig(
                vni.vni(),
                address,
                tunnel.local().isEmpty() || tunnel.local().get(0).isIpv4()
                        ? IpAddress.ipv4(0x0C00_0000 + next++)
                        : IpAddress.ipv6(0x2001_0DB8_0000_0005L, next++),
                address.flatMap(a -> maybe(() -> 0x0200_0000_0000L + next++)),
                random.nextBoolean() ? RemoteConfig.BY_HAND : name(),
                random.nextInt(1_000));
    }

    private UplinkConfig uplink() {
        final Optional<HostConfig> host =
                maybe(() -> new HostConfig(name(), maybe(this::name), some(this::address)));
        final List<RouteConfig> routes = new ArrayList<>();
        if (host.isPresent() && !host.get().addresses().isEmpty()) {
            routes.add(gateway(host.get().addresses().getFirst()));
        }
        routes.addAll(some(this::dropping));
        routes.addAll(some(this::onLink));
        return new UplinkConfig(
                name(),
                device(),
                number(1, 4_094),
                one(Mode.L2, Mode.L3),
                one(IpvlanFlag.values()),
                new IpvlanOptions(
                        one(Compat.values()),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean()),
                number(2_000, 9_000),
                number(1, 64),
                host,
                routes,
                some(() -> new NeighborConfig(address().address(), 0x0200_0000_0000L + next++)));
    }

    private PortConfig port(UplinkConfig uplink, OptionalInt vni) {
        final String name = name();
        final EndpointConfig endpoint = endpoint(name);
        return new PortConfig(
                name,
                uplink.name(),
                vni,
                endpoint,
                some(this::address),
                number(1_280, 2_000),
                maybe(() -> one(Mode.L2, Mode.L3)),
                maybe(() -> one(IpvlanFlag.values())),
                some(() -> address().network()),
                1 + random.nextInt(64),
                endpoint instanceof EndpointConfig.OverSocket
                        ? number(1, 1_024)
                        : OptionalInt.empty());
    }

    private EndpointConfig endpoint(String portName) {
        return random.nextBoolean()
                ? new EndpointConfig.Tap(
                        maybe(this::name), random.nextBoolean() ? portName : name())
                : overSocket();
    }

    private EndpointConfig overSocket() {
        final Path socket = Path.of("/run/" + name() + ".sock");
        final boolean server = random.nextBoolean();
        final SocketRole role = server ? SocketRole.SERVER : SocketRole.CLIENT;
        final Optional<Long> mac = maybe(() -> 0x0200_0000_0000L + next++);
        final int mode = server ? random.nextInt(01000) : EndpointConfig.OverSocket.DEFAULT_MODE;
        final Optional<String> group = server ? maybe(this::name) : Optional.empty();
        return random.nextBoolean()
                ? new EndpointConfig.VhostUser(socket, role, mac, random.nextBoolean(), mode, group)
                : new EndpointConfig.Memif(
                        socket, role, random.nextLong(1L << random.nextInt(33)), mac, mode, group);
    }

    private DeviceSpec device() {
        return DeviceSpec.parse(
                switch (random.nextInt(4)) {
                    case 0 -> "af_packet:" + name();
                    case 1 -> "pci:0000:%02x:00.0".formatted(next++);
                    case 2 -> "vdev:net_ring0,name=" + name();
                    default -> "tap:" + name();
                });
    }

    /** A way for all of a family by one or two neighbours of an address of ours. */
    private RouteConfig gateway(IpPrefix own) {
        final IpAddress address = own.address();
        final List<NextHopConfig> hops = new ArrayList<>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            hops.add(new NextHopConfig(beside(address, i), 1 + random.nextInt(256)));
        }
        return new RouteConfig(
                RouteConfig.all(address.isIpv4()),
                RouteConfig.Type.VIA,
                hops.size() == 1 ? List.of(new NextHopConfig(hops.getFirst().via())) : hops,
                metric(address),
                random.nextBoolean() ? Optional.of(address) : Optional.empty(),
                number(1_280, 65_535));
    }

    private static IpAddress beside(IpAddress address, int distance) {
        return address.isIpv4()
                ? IpAddress.ipv4(address.ipv4() + distance)
                : IpAddress.ipv6(address.key0(), address.key1() + distance);
    }

    private RouteConfig onLink() {
        final IpPrefix to = alone(address().address());
        return new RouteConfig(
                to,
                RouteConfig.Type.LINK,
                List.of(),
                metric(to.address()),
                Optional.empty(),
                number(1_280, 65_535));
    }

    private long metric(IpAddress address) {
        return random.nextBoolean()
                ? address.isIpv4() ? 0 : 1_024
                : 1 + random.nextLong(0xFFFF_FFFFL);
    }

    private RouteConfig dropping() {
        final RouteConfig.Type type =
                one(
                        RouteConfig.Type.BLACKHOLE,
                        RouteConfig.Type.UNREACHABLE,
                        RouteConfig.Type.PROHIBIT);
        return new RouteConfig(alone(address().address()), type, Optional.empty());
    }

    private static IpPrefix alone(IpAddress address) {
        return new IpPrefix(address, address.bits());
    }

    /** Never the same twice, nor the next two to it, which are left for gateways. */
    private IpPrefix address() {
        final int own = 4 * next++ + 1;
        return random.nextBoolean()
                ? new IpPrefix(IpAddress.ipv4(0x0A00_0000 + own), 25 + random.nextInt(6))
                : new IpPrefix(
                        IpAddress.ipv6(0x2001_0db8_0000_0000L, own), 64 + random.nextInt(60));
    }

    /** Names that YAML would like to read as something else, too. */
    private String name() {
        return one("on", "no", "1", "1e3", "null", "true", "0x", "-", "0.", "a_b") + next++;
    }

    private OptionalInt number(int min, int max) {
        return random.nextBoolean()
                ? OptionalInt.empty()
                : OptionalInt.of(random.nextInt(min, max + 1));
    }

    private <T> Optional<T> maybe(Supplier<T> value) {
        return random.nextBoolean() ? Optional.empty() : Optional.of(value.get());
    }

    private <T> List<T> some(Supplier<T> value) {
        final List<T> values = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            values.add(value.get());
        }
        return values;
    }

    @SafeVarargs
    private <T> T one(T... values) {
        return values[random.nextInt(values.length)];
    }
}
