// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.DropReason;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.ThreadPlan;
import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.counters.PortCounter;
import io.ipvane.model.ModelBuilder;
import io.ipvane.model.PortModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SwitchHarness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The usual uplink, host and port c1, and two ports without a namespace, g1 and g2, of which four
 * addresses each are learned. Their link is up.
 */
final class GuestNetwork implements AutoCloseable {
    static final int MOST = 4;

    /** A line of YAML. */
    static final String ANNOUNCE = "announce: true";

    static final String GATEWAY = "10.0.0.253";
    static final String NEIGHBOR = "10.0.0.252";

    private static final String YAML =
            """
            uplinks:
              - name: wire
                device: "vdev:net_null0"
                mode: %s
                host: { interface: master, addresses: ["10.0.0.1/24", "fd00::1/64"] }
                routes:
                  - { to: 192.0.2.0/24, via: 10.0.0.253 }
                  - { to: default, via: 10.0.0.254 }
                neighbors: [{ address: 10.0.0.252, mac: "02:00:00:00:00:fc" }]
            %s
            ports:
              - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24", "fd00::11/64"] }
              - { name: g1, uplink: wire, type: vhost-user, socket: /run/g1, learn: { max: 4 },
                  addresses: ["10.0.0.12/24"] }
              - { name: g2, uplink: wire, type: vhost-user, socket: /run/g2, learn: { max: 4 } }
            """;

    final SwitchHarness net;
    private final String yaml;

    /**
     * A switch of such a mode, which announces nothing unless told so, with further lines of YAML
     * for its uplink.
     */
    GuestNetwork(String mode, ThreadPlan plan, String... uplinkLines) {
        final boolean announces = List.of(uplinkLines).contains(ANNOUNCE);
        final String lines =
                Stream.concat(
                                Stream.of("announce: false").filter(line -> !announces),
                                Stream.of(uplinkLines))
                        .map("    %s%n"::formatted)
                        .collect(Collectors.joining());
        yaml = YAML.formatted(mode, lines);
        net = new SwitchHarness(yaml, plan);
        link("g1", true);
        link("g2", true);
    }

    /** Another configuration of the uplink and of g1: one text in place of another. */
    void configure(String from, String to) {
        final SwitchConfig before = SwitchConfig.parse(yaml, "before");
        final SwitchConfig after = SwitchConfig.parse(yaml.replace(from, to), "after");
        AddressRaceTest.ask(net, conductor -> configure(conductor, before, after));
        net.run();
        net.transmitted();
    }

    private int configure(Conductor conductor, SwitchConfig before, SwitchConfig after) {
        final ModelBuilder next = new ModelBuilder(conductor.model());
        next.change(net.index("wire"), after.uplinks().get(0), 1500, Map.of());
        next.change(net.index("g1"), g1(before), g1(after));
        conductor.replace(next.build());
        return 0;
    }

    private static PortConfig g1(SwitchConfig config) {
        return config.ports().stream()
                .filter(port -> port.name().equals("g1"))
                .findFirst()
                .orElseThrow();
    }

    void link(String port, boolean up) {
        net.tell(new Command.PortLink(net.index(port), up));
        net.run();
        net.transmitted();
    }

    void address(String port, String address, boolean configured) {
        net.tell(
                new Command.AddressAdded(
                        net.index(port), IpPrefix.parseWithHostBits(address), configured));
        net.run();
    }

    /** Whoever is given a frame that comes in somewhere, in the order of the devices. */
    List<String> receivers(String from, byte[] frame) {
        net.transmitted();
        net.device(from).inject(frame);
        net.run();
        final List<String> all = new ArrayList<>();
        net.transmitted()
                .forEach((who, frames) -> all.addAll(frames.stream().map(f -> who).toList()));
        return all;
    }

    /** A guest announces an address by ARP or ND. */
    void announce(String port, String address) {
        receivers(port, announcement(address));
    }

    static byte[] announcement(String address) {
        return IpAddress.parse(address).isIpv4()
                ? Frames.arpRequest(address)
                        .ips(address, address)
                        .macs(Frames.BROADCAST, Frames.OWN)
                        .build()
                : Frames.advertisement(address)
                        .ips(address, Frames.C1_6)
                        .macs(Frames.OWN, Frames.OWN)
                        .build();
    }

    /** Who is given a packet from the wire to an address. */
    String receiver(String address) {
        final Frames packet =
                IpAddress.parse(address).isIpv4()
                        ? Frames.udp4().ips(Frames.X4, address)
                        : Frames.udp6().ips(Frames.X6, address);
        final List<String> all = receivers("wire", packet.build());
        assertEquals(1, all.size(), all::toString);
        return all.get(0);
    }

    /** What has been learned of a port, the one named least recently first. */
    List<String> learned(String port) {
        return claims(port, Origin.LEARNED);
    }

    List<String> claims(String port, Origin origin) {
        final int index = net.index(port);
        return AddressRaceTest.ask(net, conductor -> conductor.claims().book().of(index)).stream()
                .filter(claim -> claim.origin() == origin)
                .map(Claim::address)
                .map(prefix -> prefix.address().toString())
                .toList();
    }

    PortModel port(String name) {
        final int index = net.index(name);
        return AddressRaceTest.ask(net, conductor -> conductor.model().port(index));
    }

    long refused(String port) {
        return net.counter(port, PortCounter.ADDRESSES_REFUSED.ordinal());
    }

    long drops(String port, DropReason reason) {
        return net.counter(port, reason.column());
    }

    @Override
    public void close() {
        net.close();
    }
}
