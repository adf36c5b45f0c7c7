// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.Mode;
import io.ipvane.option.Form;
import io.ipvane.option.Given;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import io.ipvane.option.Values;
import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.Vxlan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One port of an uplink, or of a network that a tunnel carries.
 *
 * @param name unique among uplinks and ports
 * @param uplink name of its uplink, or of its network: {@code vni42}
 * @param vni number of its network; empty: it is an uplink's
 * @param endpoint what it is attached to
 * @param addresses of its interface, host bits included
 * @param mtu bytes of an L3 packet; empty: the uplink's
 * @param mode empty: the uplink's
 * @param flag empty: the uplink's
 * @param allowedSources networks it may send from besides its own addresses (TX-6)
 * @param queues of its interface, 1 or more
 * @param learn how many addresses may be learned of what it sends; empty: none
 */
public record PortConfig(
        String name,
        String uplink,
        OptionalInt vni,
        EndpointConfig endpoint,
        List<IpPrefix> addresses,
        OptionalInt mtu,
        Optional<Mode> mode,
        Optional<IpvlanFlag> flag,
        List<IpPrefix> allowedSources,
        int queues,
        OptionalInt learn) {
    static final Key<String> NAME =
            Key.of("name", Forms.NAME, "the id")
                    .required()
                    .bound("unique among uplinks and ports")
                    .with(Trait.ID);

    private static final Key<String> UPLINK =
            Key.of(
                            "uplink",
                            Form.text("name", "UPLINK", name -> name),
                            "the uplink whose MAC it shares")
                    .otherwise("needs `vni`")
                    .bound("an uplink of this file");

    private static final Key<Integer> VNI =
            Key.of(
                            "vni",
                            Form.integer(0, Vxlan.MAX_VNI),
                            "the network that it is in, instead of an uplink")
                    .otherwise("needs `uplink`")
                    .bound("a network of this file");

    private static final Key<List<IpPrefix>> ADDRESSES =
            Key.of("addresses", Forms.ADDRESSES, "put on a TAP, and registered")
                    .byDefault(List.of())
                    .bound("of one station; one holder an uplink")
                    .word("address");

    private static final Key<Integer> MTU =
            Key.of("mtu", Forms.MTU, "bytes of an L3 packet")
                    .otherwise("the uplink's")
                    .bound("at most the uplink's; from 1280 with an IPv6 address");

    private static final Key<Mode> MODE =
            Key.of(
                            "mode",
                            Forms.MODE,
                            "of this port, which [may differ](ipvlan.md#modes-of-single-ports) from its uplink's")
                    .otherwise("the uplink's")
                    .with(Trait.KEPT);

    private static final Key<IpvlanFlag> FLAG =
            Key.of(
                            "flag",
                            Form.choice(IpvlanFlag.class),
                            "where [what this port sends](ipvlan.md#flags-of-single-ports) may go")
                    .otherwise("the uplink's")
                    .with(Trait.KEPT, Trait.BARE);

    private static final Key<List<IpPrefix>> ALLOWED_SOURCES =
            Key.of(
                            "allowedSources",
                            Form.list("allowedSources", Forms.NETWORK),
                            "sources beside its own addresses that `antispoof` lets pass")
                    .byDefault(List.of())
                    .word("source");

    private static final Key<Integer> QUEUES =
            Key.of(
                            "queues",
                            Forms.QUEUES,
                            "of the TAP, at least what the thread plan needs; or pairs of rings that the other side may have")
                    .byDefault(1);

    /** A guest that uses more addresses than this is a router, which has allowedSources. */
    private static final Key<Integer> LEARN_MAX =
            Key.of("max", Form.integer(1, 1_024), "how many addresses it may learn by their use")
                    .required("say how many addresses may be learned, or remove learn")
                    .word("learn");

    private static final Key<Integer> LEARN =
            Key.of(
                            "learn",
                            Form.mapping(
                                    Table.<Integer>of("learn", "What may be learned.")
                                            .key(LEARN_MAX, max -> max)
                                            .made(v -> v.get(LEARN_MAX))),
                            "[addresses](addresses.md#learned-addresses) that the other side gets by using them")
                    .otherwise("nothing is learned")
                    .onlyWhere(
                            EndpointConfig.Keys.TYPE,
                            EndpointConfig.Keys.SOCKETS,
                            EndpointConfig.Keys.ELSEWHERE);

    /** Its keys. */
    public static final Table<PortConfig> TABLE =
            Table.<PortConfig>of("port", "An element of ports in the configuration.")
                    .key(NAME, PortConfig::name)
                    .maybe(UPLINK, PortConfig::written)
                    .number(VNI, PortConfig::vni)
                    .part(EndpointConfig.Keys.TABLE, PortConfig::endpoint)
                    .key(ADDRESSES, PortConfig::addresses)
                    .number(MTU, PortConfig::mtu)
                    .maybe(MODE, PortConfig::mode)
                    .maybe(FLAG, PortConfig::flag)
                    .key(ALLOWED_SOURCES, PortConfig::allowedSources)
                    .key(QUEUES, PortConfig::queues)
                    .number(LEARN, PortConfig::learn)
                    .check(PortConfig::check)
                    .made(PortConfig::new);

    private PortConfig(Values v) {
        this(
                v.get(NAME),
                v.find(UPLINK).orElseGet(() -> VniConfig.nameOf(v.get(VNI))),
                v.number(VNI),
                EndpointConfig.Keys.TABLE.make(v),
                v.get(ADDRESSES),
                v.number(MTU),
                v.find(MODE),
                v.find(FLAG),
                v.get(ALLOWED_SOURCES),
                v.get(QUEUES),
                v.number(LEARN));
    }

    /** Its uplink as a document has it. */
    private Optional<String> written() {
        return vni.isPresent() ? Optional.empty() : Optional.of(uplink);
    }

    private static void check(Given port) {
        if (port.has(UPLINK) == port.has(VNI)) {
            if (port.has(VNI)) {
                port.refuse(VNI, "needs either uplink or vni, and has both; leave one of them out");
            } else {
                port.missing(UPLINK, "name an uplink, or give a vni");
            }
        }
    }

    /** Copies the lists. */
    public PortConfig {
        addresses = List.copyOf(addresses);
        allowedSources = List.copyOf(allowedSources);
    }

    PortConfig withAddresses(List<IpPrefix> changed) {
        return TABLE.with(this, ADDRESSES, changed);
    }
}
