// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Given;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import io.ipvane.option.Values;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.Vxlan;
import io.ipvane.tunnel.TunnelOptions;
import io.ipvane.tunnel.TunnelOptions.Checksum;
import io.ipvane.tunnel.TunnelOptions.DontFragment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One tunnel: what goes by an uplink to other hosts, in outer packets. It is flow-based: one tunnel
 * serves every network identifier and every peer.
 *
 * @param name unique among uplinks, ports and tunnels
 * @param uplink name of the uplink that carries the outer packets
 * @param type how frames are packed
 * @param local its own addresses, at most one of a family; none: those of the uplink's host
 * @param options what outer headers say, and which are taken
 * @param peers who may send to it
 * @param mssClamp whether TCP is told by the switch how much fits through
 * @param fragments what becomes of outer fragments that are received
 */
public record TunnelConfig(
        String name,
        String uplink,
        Type type,
        List<IpAddress> local,
        TunnelOptions options,
        Peers peers,
        boolean mssClamp,
        Fragments fragments) {
    /** How frames are packed. */
    public enum Type {
        /** RFC 7348. */
        VXLAN
    }

    /** What becomes of outer fragments that are received. */
    public enum Fragments {
        /** They are put together, bounded in number and time. */
        REASSEMBLE,
        /** They are dropped, and counted. */
        DROP
    }

    /**
     * Who may send to a tunnel.
     *
     * @param remotes whether only the configured remotes may
     * @param networks else who may; none: anybody
     */
    public record Peers(boolean remotes, List<IpPrefix> networks) {
        /** Only the configured remotes. */
        static final Peers REMOTES = new Peers(true, List.of());

        /** Anybody. */
        static final Peers ANYBODY = new Peers(false, List.of());

        /** Copies the list. */
        public Peers {
            networks = List.copyOf(networks);
        }
    }

    /** What is done about bits of the VXLAN header that mean nothing. */
    private enum Reserved {
        STRICT,
        IGNORE
    }

    /** How congestion marks go from the inner packet to the outer one. */
    private enum Ecn {
        KERNEL,
        RFC6040
    }

    private static final String INHERIT = "inherit";

    static final Key<String> NAME =
            Key.of("name", Forms.NAME, "the id")
                    .required()
                    .bound("unique among uplinks, ports and tunnels")
                    .with(Trait.ID);

    private static final Key<String> UPLINK =
            Key.of(
                            "uplink",
                            Form.text("name", "UPLINK", name -> name),
                            "the underlay: its host's addresses, routes and neighbours carry the outer packets")
                    .required()
                    .bound("an uplink of this file");

    private static final Key<Type> TYPE =
            Key.of("type", Form.choice(Type.class), "how frames are packed").byDefault(Type.VXLAN);

    private static final Key<List<IpAddress>> LOCAL =
            Key.of(
                            "local",
                            Form.list("local", Forms.ADDRESS),
                            "its own addresses: source of what it sends, and received only for these")
                    .otherwise(
                            "of each family the first lasting address of the uplink's host, followed live")
                    .bound("one IPv4 and one IPv6 address at most");

    private static final Key<Integer> PORT =
            Key.of("port", Form.integer(1, 0xFFFF), "UDP port, here and at the peers")
                    .byDefault(Vxlan.PORT);

    private static final Key<Integer> TTL =
            Key.of(
                            "ttl",
                            Form.either(INHERIT, TunnelOptions.INHERIT, Form.integer(1, 255)),
                            "of outer packets; `inherit`: the inner packet's, 64 where that is not IP")
                    .byDefault(64);

    private static final Key<Integer> TOS =
            Key.of(
                            "tos",
                            Form.either(INHERIT, TunnelOptions.INHERIT, Form.integer(0, 255)),
                            "of outer packets, upper six bits; `inherit`: the inner packet's, 0 where that is not IP")
                    .byDefault(0);

    private static final Key<DontFragment> DF =
            Key.of(
                            "df",
                            Form.choice(DontFragment.class),
                            "whether routers must not fragment outer IPv4 packets")
                    .byDefault(DontFragment.UNSET);

    private static final Key<Integer> LABEL =
            Key.of("label", Form.integer(0, 0xF_FFFF), "flow label of outer IPv6 packets")
                    .byDefault(0);

    private static final Key<Checksum> CSUM =
            Key.of(
                            "csum",
                            new Form.Either<>(
                                    checksums(),
                                    new Form.As<>(
                                            Form.truth(),
                                            on -> on ? Checksum.ON : Checksum.OFF,
                                            Checksum.ON::equals)),
                            "outer UDP checksums; `auto`: over IPv6")
                    .byDefault(Checksum.AUTO);

    private static final Key<Boolean> GBP =
            Key.of("gbp", Form.truth(), "whether the VXLAN header carries a group policy")
                    .byDefault(false);

    private static final Key<Reserved> RESERVED =
            Key.of(
                            "reservedBits",
                            Form.choice(Reserved.class),
                            "what is done about bits that mean nothing: `strict` drops the packet")
                    .byDefault(Reserved.STRICT)
                    .word("reserved");

    private static final Key<Ecn> ECN =
            Key.of(
                            "ecn",
                            Form.choice(Ecn.class),
                            "how congestion marks go outwards: as the kernel has it, or as RFC 6040 has it")
                    .byDefault(Ecn.KERNEL);

    private static final Key<Boolean> ZERO_CHECKSUM6 =
            Key.of(
                            "zeroChecksum6",
                            Form.truth(),
                            "whether outer IPv6 packets without UDP checksum are taken")
                    .byDefault(false)
                    .word("udp6zerocsumrx");

    private static final Key<List<Integer>> SOURCE_PORTS =
            Key.of(
                            "sourcePorts",
                            Form.list("sourcePorts", Form.integer(1, 0xFFFF)),
                            "first and last UDP source port, of which the inner flow chooses one")
                    .byDefault(List.of(32_768, 60_999))
                    .bound("two numbers, the lower one first")
                    .word("srcport");

    private static final Key<Boolean> MSS_CLAMP =
            Key.of(
                            "mssClamp",
                            Form.truth(),
                            "whether TCP is told by the switch how much fits through")
                    .byDefault(true)
                    .word("mss-clamp");

    private static final Key<Fragments> FRAGMENTS =
            Key.of(
                            "receiveFragments",
                            Form.choice(Fragments.class),
                            "what becomes of outer fragments that are received; none are sent")
                    .byDefault(Fragments.REASSEMBLE)
                    .word("fragments");

    private static final Key<Peers> PEERS =
            Key.of(
                            "peers",
                            Form.either(
                                    "remotes",
                                    Peers.REMOTES,
                                    new Form.As<>(
                                            Form.list("peers", Forms.NETWORK),
                                            networks -> new Peers(false, networks),
                                            Peers::networks)),
                            "networks or addresses that may send to it; `[]`: anybody")
                    .byDefault(Peers.ANYBODY)
                    .word("peer");

    private static final Table<TunnelOptions> OPTIONS =
            Table.<TunnelOptions>of("options", "What outer headers say, and which are taken.")
                    .key(PORT, TunnelOptions::port)
                    .key(TTL, TunnelOptions::ttl)
                    .key(TOS, TunnelOptions::tos)
                    .key(DF, TunnelOptions::df)
                    .key(LABEL, TunnelOptions::label)
                    .key(CSUM, TunnelOptions::checksum)
                    .key(GBP, TunnelOptions::gbp)
                    .key(
                            RESERVED,
                            options -> options.strictReserved() ? Reserved.STRICT : Reserved.IGNORE)
                    .key(ECN, options -> options.rfc6040() ? Ecn.RFC6040 : Ecn.KERNEL)
                    .key(ZERO_CHECKSUM6, TunnelOptions::zeroChecksum6)
                    .key(
                            SOURCE_PORTS,
                            options -> List.of(options.firstSourcePort(), options.lastSourcePort()))
                    .check(TunnelConfig::checkSourcePorts)
                    .made(TunnelConfig::options);

    /** Its keys. */
    public static final Table<TunnelConfig> TABLE =
            Table.<TunnelConfig>of("tunnel", "An element of tunnels in the configuration.")
                    .key(NAME, TunnelConfig::name)
                    .key(UPLINK, TunnelConfig::uplink)
                    .key(TYPE, TunnelConfig::type)
                    .maybe(
                            LOCAL,
                            tunnel -> Optional.of(tunnel.local()).filter(local -> !local.isEmpty()))
                    .part(OPTIONS, TunnelConfig::options)
                    .key(PEERS, TunnelConfig::peers)
                    .key(MSS_CLAMP, TunnelConfig::mssClamp)
                    .key(FRAGMENTS, TunnelConfig::fragments)
                    .check(TunnelConfig::checkLocal)
                    .made(TunnelConfig::new);

    private TunnelConfig(Values v) {
        this(
                v.get(NAME),
                v.get(UPLINK),
                v.get(TYPE),
                v.find(LOCAL).orElse(List.of()),
                OPTIONS.make(v),
                v.get(PEERS),
                v.get(MSS_CLAMP),
                v.get(FRAGMENTS));
    }

    /** Copies the list. */
    public TunnelConfig {
        local = List.copyOf(local);
    }

    private static Map<String, Checksum> checksums() {
        final Map<String, Checksum> words = new LinkedHashMap<>();
        for (Checksum checksum : Checksum.values()) {
            words.put(Form.word(checksum), checksum);
        }
        return words;
    }

    private static TunnelOptions options(Values v) {
        return new TunnelOptions(
                v.get(PORT),
                v.get(TTL),
                v.get(TOS),
                v.get(DF),
                v.get(LABEL),
                v.get(CSUM),
                v.get(GBP),
                v.get(RESERVED) == Reserved.STRICT,
                v.get(ECN) == Ecn.RFC6040,
                v.get(ZERO_CHECKSUM6),
                v.get(SOURCE_PORTS).get(0),
                v.get(SOURCE_PORTS).get(1));
    }

    private static void checkSourcePorts(Given tunnel) {
        tunnel.find(SOURCE_PORTS)
                .filter(ports -> ports.size() != 2 || ports.get(0) > ports.get(1))
                .ifPresent(
                        ports ->
                                tunnel.refuse(
                                        SOURCE_PORTS,
                                        "sourcePorts="
                                                + ports
                                                + " is no range; give the first and the last port,"
                                                + " such as [32768, 60999]"));
    }

    private static void checkLocal(Given tunnel) {
        final List<IpAddress> local = tunnel.find(LOCAL).orElse(List.of());
        final long ipv4 = local.stream().filter(IpAddress::isIpv4).count();
        if (ipv4 > 1 || local.size() - ipv4 > 1) {
            tunnel.refuse(
                    LOCAL,
                    "local has several addresses of one family; give one IPv4 and one IPv6 address"
                            + " at most");
        }
        for (IpAddress address : local) {
            if (address.isMulticast() || address.isUnspecified() || address.isLoopback()) {
                tunnel.refuse(
                        LOCAL,
                        "local "
                                + address
                                + " is no address of one station; give one of the uplink's host");
            }
        }
    }
}
