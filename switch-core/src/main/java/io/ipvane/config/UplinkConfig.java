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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One uplink: the lower device whose MAC its ports share.
 *
 * @param name unique among uplinks and ports
 * @param device what carries it
 * @param vlan VLAN identifier, 1 to 4094; empty: its frames have no tag
 * @param mode of its ports, where they do not say otherwise
 * @param flag of its ports, where they do not say otherwise
 * @param options where its rules leave the kernel's
 * @param mtu bytes of an L3 packet; empty: what the device has
 * @param queues rx and tx queues wanted, 1 or more; empty: as many as there are lcores to serve
 *     them
 * @param host the uplink's own IP stack; empty: none
 * @param routes for ports in l3
 * @param neighbors that need no ARP or ND
 */
public record UplinkConfig(
        String name,
        DeviceSpec device,
        OptionalInt vlan,
        Mode mode,
        IpvlanFlag flag,
        IpvlanOptions options,
        OptionalInt mtu,
        OptionalInt queues,
        Optional<HostConfig> host,
        List<RouteConfig> routes,
        List<NeighborConfig> neighbors) {
    static final Key<String> NAME =
            Key.of("name", Forms.NAME, "the id")
                    .required()
                    .bound("unique among uplinks and ports")
                    .with(Trait.ID);

    private static final Key<DeviceSpec> DEVICE =
            Key.of("device", Forms.DEVICE, "the [device](uplinks.md) that carries it")
                    .required()
                    .bound("one uplink a device and VLAN");

    /** 4,095 is reserved: IEEE 802.1Q, table 9-2. */
    private static final Key<Integer> VLAN =
            Key.of(
                            "vlan",
                            Form.integer(1, 4_094),
                            "its frames have this [802.1Q tag](uplinks.md#vlan-uplinks)")
                    .otherwise("none: untagged");

    private static final Key<Mode> MODE =
            Key.of(
                            "mode",
                            Forms.MODE,
                            "how its ports [share traffic](ipvlan.md); `l3s` is known, and refused by this build")
                    .byDefault(Mode.L2)
                    .with(Trait.WRITTEN, Trait.KEPT);

    private static final Key<IpvlanFlag> FLAG =
            Key.of("flag", Form.choice(IpvlanFlag.class), "how its ports may talk to each other")
                    .byDefault(IpvlanFlag.BRIDGE)
                    .with(Trait.WRITTEN, Trait.KEPT, Trait.BARE);

    private static final Key<Integer> MTU =
            Key.of("mtu", Forms.MTU, "bytes of an L3 packet")
                    .otherwise("the interface's, else 1500")
                    .bound("at most what the device takes");

    private static final Key<Integer> QUEUES =
            Key.of("queues", Forms.QUEUES, "rx queues, and as many tx queues")
                    .otherwise("what the plan needs")
                    .bound("what the device offers");

    private static final Key<HostConfig> HOST =
            Key.of("host", Form.mapping(HostConfig.TABLE), "the host port");

    private static final Key<List<RouteConfig>> ROUTES =
            Key.of("routes", Form.list(RouteConfig.TABLE), "where ports in mode `l3` send")
                    .byDefault(List.of());

    private static final Key<List<NeighborConfig>> NEIGHBORS =
            Key.of("neighbors", Form.list(NeighborConfig.TABLE), "who needs no ARP or ND")
                    .byDefault(List.of());

    /** Its keys. */
    public static final Table<UplinkConfig> TABLE =
            Table.<UplinkConfig>of("uplink", "An element of uplinks in the configuration.")
                    .key(NAME, UplinkConfig::name)
                    .key(DEVICE, UplinkConfig::device)
                    .number(VLAN, UplinkConfig::vlan)
                    .key(MODE, UplinkConfig::mode)
                    .key(FLAG, UplinkConfig::flag)
                    .part(IpvlanOptions.TABLE, UplinkConfig::options)
                    .number(MTU, UplinkConfig::mtu)
                    .number(QUEUES, UplinkConfig::queues)
                    .maybe(HOST, UplinkConfig::host)
                    .key(ROUTES, UplinkConfig::routes)
                    .key(NEIGHBORS, UplinkConfig::neighbors)
                    .made(UplinkConfig::new);

    private UplinkConfig(Values v) {
        this(
                v.get(NAME),
                v.get(DEVICE),
                v.number(VLAN),
                v.get(MODE),
                v.get(FLAG),
                IpvlanOptions.TABLE.make(v),
                v.number(MTU),
                v.number(QUEUES),
                v.find(HOST),
                v.get(ROUTES),
                v.get(NEIGHBORS));
    }

    /** Copies the lists. */
    public UplinkConfig {
        routes = List.copyOf(routes);
        neighbors = List.copyOf(neighbors);
    }

    UplinkConfig withRoutes(List<RouteConfig> changed) {
        return TABLE.with(this, ROUTES, changed);
    }

    UplinkConfig withNeighbors(List<NeighborConfig> changed) {
        return TABLE.with(this, NEIGHBORS, changed);
    }

    /** What sentences call it: {@code uplink 'wan0'}, or {@code vni 42} for a network. */
    public String called() {
        return device instanceof DeviceSpec.Tunnel tunnel
                ? "vni " + tunnel.vni()
                : "uplink '" + name + "'";
    }

    /** The same, with another MTU and another number of queues. */
    public UplinkConfig withMtuAndQueues(OptionalInt bytes, OptionalInt count) {
        return TABLE.with(TABLE.with(this, MTU, Table.boxed(bytes)), QUEUES, Table.boxed(count));
    }
}
