// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import io.ipvane.option.Values;
import io.ipvane.packet.Vxlan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One network of a tunnel: ports of it share a MAC address and traffic as those of an uplink do,
 * and what is behind the uplink there is behind the tunnel here.
 *
 * @param vni its number, unique on the switch
 * @param tunnel name of its tunnel; empty: the only one
 * @param mode of its ports, where they do not say otherwise
 * @param flag of its ports, where they do not say otherwise
 * @param options where its rules leave the kernel's
 * @param unknown what becomes of frames to addresses that nobody is known to have
 * @param mac that its ports share; empty: made of the number
 * @param mtu bytes of an L3 packet; empty: what fits through the tunnel
 * @param host its own IP stack on this host; empty: none
 * @param routes for ports in l3
 */
public record VniConfig(
        int vni,
        Optional<String> tunnel,
        Mode mode,
        IpvlanFlag flag,
        IpvlanOptions options,
        Unknown unknown,
        Optional<Long> mac,
        OptionalInt mtu,
        Optional<HostConfig> host,
        List<RouteConfig> routes) {
    /** What becomes of unicast to an address that nobody is known to have. */
    public enum Unknown {
        /** It goes to the remotes that are given without an address. */
        FLOOD,
        /** It is dropped, and counted. */
        DROP
    }

    /** Ethernet, IPv4, UDP and VXLAN header: spec FMT-5. */
    private static final int OVERHEAD4 = 50;

    private static final int OVERHEAD6 = 70;

    /** First half of a MAC address that is made of the number: locally administered. */
    private static final long MADE = 0x0276_6E00_0000L;

    static final Key<Integer> VNI =
            Key.of("vni", Form.integer(0, Vxlan.MAX_VNI), "number of the network, the id")
                    .required()
                    .bound("unique on the switch")
                    .with(Trait.ID);

    private static final Key<String> TUNNEL =
            Key.of(
                            "tunnel",
                            Form.text("name", "TUNNEL", name -> name),
                            "the tunnel that carries it")
                    .otherwise("the only one")
                    .bound("a tunnel of this file");

    private static final Key<Mode> MODE =
            Key.of("mode", Forms.MODE, "how its ports share traffic, as those of an uplink do")
                    .byDefault(Mode.L2)
                    .with(Trait.WRITTEN, Trait.KEPT);

    private static final Key<IpvlanFlag> FLAG =
            Key.of("flag", Form.choice(IpvlanFlag.class), "how its ports may talk to each other")
                    .byDefault(IpvlanFlag.BRIDGE)
                    .with(Trait.WRITTEN, Trait.KEPT, Trait.BARE);

    private static final Key<Unknown> UNKNOWN =
            Key.of(
                            "unknown",
                            Form.choice(Unknown.class),
                            "what becomes of unicast to an address that nobody is known to have: `flood` sends it to the remotes without address")
                    .byDefault(Unknown.FLOOD);

    private static final Key<Long> MAC =
            Key.of("mac", Forms.STATION, "what its ports share, unicast")
                    .otherwise("made of the number (02:76:6e and the VNI), the same on every host")
                    .word("address");

    private static final Key<Integer> MTU =
            Key.of("mtu", Forms.MTU, "bytes of an L3 packet")
                    .otherwise("the uplink's less 50, or 70 where the underlay is IPv6");

    private static final Key<HostConfig> HOST =
            Key.of("host", Form.mapping(HostConfig.TABLE), "the host port");

    private static final Key<List<RouteConfig>> ROUTES =
            Key.of("routes", Form.list(RouteConfig.TABLE), "where ports in mode `l3` send")
                    .byDefault(List.of());

    /** Its keys. */
    public static final Table<VniConfig> TABLE =
            Table.<VniConfig>of("vni", "An element of vnis in the configuration.")
                    .key(VNI, VniConfig::vni)
                    .maybe(TUNNEL, VniConfig::tunnel)
                    .key(MODE, VniConfig::mode)
                    .key(FLAG, VniConfig::flag)
                    .part(IpvlanOptions.TABLE, VniConfig::options)
                    .key(UNKNOWN, VniConfig::unknown)
                    .maybe(MAC, VniConfig::mac)
                    .number(MTU, VniConfig::mtu)
                    .maybe(HOST, VniConfig::host)
                    .key(ROUTES, VniConfig::routes)
                    .made(VniConfig::new);

    private VniConfig(Values v) {
        this(
                v.get(VNI),
                v.find(TUNNEL),
                v.get(MODE),
                v.get(FLAG),
                IpvlanOptions.TABLE.make(v),
                v.get(UNKNOWN),
                v.find(MAC),
                v.number(MTU),
                v.find(HOST),
                v.get(ROUTES));
    }

    /** Copies the list. */
    public VniConfig {
        routes = List.copyOf(routes);
    }

    /** What tells it from uplinks: {@code vni42}. */
    public String name() {
        return nameOf(vni);
    }

    /** What tells a network from uplinks. */
    static String nameOf(int vni) {
        return "vni" + vni;
    }

    /**
     * The same as an uplink whose device is the tunnel.
     *
     * @param ipv6 whether outer packets may be IPv6
     * @param known addresses on other hosts, which need not be asked for
     */
    UplinkConfig over(TunnelConfig carrier, boolean ipv6, List<NeighborConfig> known) {
        return new UplinkConfig(
                name(),
                new DeviceSpec.Tunnel(
                        carrier.name(),
                        vni,
                        carrier.uplink(),
                        ipv6 ? OVERHEAD6 : OVERHEAD4,
                        sharedMac()),
                OptionalInt.empty(),
                mode,
                flag,
                options,
                mtu,
                OptionalInt.empty(),
                host,
                routes,
                known);
    }

    /** The MAC address that its ports share, 48 bits. */
    public long sharedMac() {
        return mac.orElse(madeOf(vni));
    }

    /** The MAC address of a network that is given none. */
    public static long madeOf(int vni) {
        return MADE | vni;
    }

    VniConfig withRoutes(List<RouteConfig> changed) {
        return TABLE.with(this, ROUTES, changed);
    }
}
