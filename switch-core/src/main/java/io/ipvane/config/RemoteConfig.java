// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Given;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Vxlan;
import java.util.Optional;

/**
 * What is behind a tunnel: an address of a network that another host has, or a host that gets a
 * copy of what is flooded there.
 *
 * @param vni the network
 * @param address of the network, which the other host has; empty: it gets what is flooded
 * @param vtep the other host's address in the underlay
 * @param mac of that address; empty: the network's, or not needed
 * @param source who says so, for others to know theirs by
 * @param sequence of two that say something of one remote, the higher one counts
 */
public record RemoteConfig(
        int vni,
        Optional<IpAddress> address,
        IpAddress vtep,
        Optional<Long> mac,
        String source,
        long sequence) {
    /** Whoever writes the file. */
    static final String BY_HAND = "config";

    private static final Key<Integer> VNI =
            Key.of("vni", Form.integer(0, Vxlan.MAX_VNI), "the network")
                    .required()
                    .bound("a network of this file")
                    .with(Trait.ID);

    private static final Key<IpAddress> ADDRESS =
            Key.of("address", Forms.ADDRESS, "of the network, which the other host has")
                    .otherwise("it gets a copy of what is flooded")
                    .bound("of one station; once a network")
                    .with(Trait.ID);

    private static final Key<IpAddress> VTEP =
            Key.of("vtep", Forms.ADDRESS, "the other host's address in the underlay")
                    .required()
                    .bound("of one station, not our own");

    private static final Key<Long> MAC =
            Key.of("mac", Forms.STATION, "of the address, unicast")
                    .otherwise("the network's")
                    .bound("with `address`");

    static final Key<String> SOURCE =
            Key.of("source", Forms.NAME, "who says so, such as a routing daemon")
                    .byDefault(BY_HAND);

    static final Key<Long> SEQUENCE =
            Key.of(
                            "sequence",
                            Form.number(0, Long.MAX_VALUE),
                            "of two that say something of one remote the higher one counts")
                    .byDefault(0L);

    /** Its keys. */
    public static final Table<RemoteConfig> TABLE =
            Table.<RemoteConfig>of("remote", "An element of remotes in the configuration.")
                    .key(VNI, RemoteConfig::vni)
                    .maybe(ADDRESS, RemoteConfig::address)
                    .key(VTEP, RemoteConfig::vtep)
                    .maybe(MAC, RemoteConfig::mac)
                    .key(SOURCE, RemoteConfig::source)
                    .key(SEQUENCE, RemoteConfig::sequence)
                    .check(RemoteConfig::check)
                    .made(
                            v ->
                                    new RemoteConfig(
                                            v.get(VNI),
                                            v.find(ADDRESS),
                                            v.get(VTEP),
                                            v.find(MAC),
                                            v.get(SOURCE),
                                            v.get(SEQUENCE)));

    private static void check(Given remote) {
        if (remote.has(MAC) && !remote.has(ADDRESS)) {
            remote.refuse(
                    MAC,
                    "mac belongs to an address, and this remote has none; give address too, or"
                            + " leave mac out");
        }
        remote.find(ADDRESS)
                .filter(address -> address.isMulticast() || address.isUnspecified())
                .ifPresent(
                        address ->
                                remote.refuse(
                                        ADDRESS,
                                        "address "
                                                + address
                                                + " is no address of one station; give one"));
        remote.find(VTEP)
                .filter(
                        vtep ->
                                vtep.isMulticast()
                                        || vtep.isUnspecified()
                                        || vtep.isLoopback()
                                        || (vtep.isLinkLocal() && !vtep.isIpv4()))
                .ifPresent(
                        vtep ->
                                remote.refuse(
                                        VTEP,
                                        "vtep "
                                                + vtep
                                                + " is no address that packets can be sent to across a"
                                                + " network; give one of another host"));
    }
}
