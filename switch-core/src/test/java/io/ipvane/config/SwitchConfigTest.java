// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.ipvlan.Compat;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a good file becomes. */
class SwitchConfigTest {
    /** The documented example, but for its vhost-user port. */
    private static final String EXAMPLE =
            """
            eal: { hugepages: auto, extraArgs: [] }            # auto | required | off
            threads: { plan: shared, lcores: [0] }
            uplinks:
              - name: wan0
                device: "af_packet:eth0"
                mode: l2                      # l2 | l3 | l3s
                flag: bridge                  # bridge | private | vepa
                compat: improved
                strictMac: true
                arpResponder: true
                antispoof: true
                host: { interface: ipvane0, addresses: ["192.0.2.10/24"] }
                routes: [ { to: default, via: 192.0.2.1 } ]
            ports:
              - { name: web, uplink: wan0, type: tap, netns: blue, interface: eth0, addresses: ["192.0.2.11/24"] }
            admin: { listen: ["unix:/run/ipvane/admin.sock"] }
            """;

    private static final String SMALLEST =
            """
            uplinks:
              - { name: wan0, device: "tap:up0" }
            """;

    @Test
    void shouldReadTheDocumentedExample() {
        final SwitchConfig config = parse(EXAMPLE);

        final UplinkConfig wan0 =
                new UplinkConfig(
                        "wan0",
                        new DeviceSpec.AfPacket("eth0"),
                        OptionalInt.empty(),
                        Mode.L2,
                        IpvlanFlag.BRIDGE,
                        IpvlanOptions.of(Compat.IMPROVED),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        Optional.of(
                                new HostConfig(
                                        "ipvane0", Optional.empty(), List.of(at("192.0.2.10/24")))),
                        List.of(
                                new RouteConfig(
                                        at("0.0.0.0/0"),
                                        RouteConfig.Type.VIA,
                                        Optional.of(IpAddress.parse("192.0.2.1")))),
                        List.of());
        final PortConfig web =
                new PortConfig(
                        "web",
                        "wan0",
                        OptionalInt.empty(),
                        new EndpointConfig.Tap(Optional.of("blue"), "eth0"),
                        List.of(at("192.0.2.11/24")),
                        OptionalInt.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        1,
                        OptionalInt.empty());
        assertEquals(
                new SwitchConfig(
                        new EalConfig(Hugepages.AUTO, List.of()),
                        new ThreadsConfig(ThreadPlan.SHARED, List.of(0), IdleMode.BACKOFF),
                        List.of(wan0),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(web),
                        new AdminConfig(
                                List.of(new ListenAddress.Unix(Path.of("/run/ipvane/admin.sock")))),
                        true),
                config);
        assertEquals(Optional.of(wan0), config.uplink("wan0"));
        assertEquals(List.of(web), config.portsOf(wan0));
    }

    @Test
    void shouldFillInEveryDefault() {
        final SwitchConfig config = parse(SMALLEST);

        assertEquals(EalConfig.DEFAULT, config.eal());
        assertEquals(ThreadsConfig.DEFAULT, config.threads());
        assertEquals(AdminConfig.DEFAULT, config.admin());
        assertEquals(List.of(), config.ports());
        final UplinkConfig uplink = config.uplinks().getFirst();
        assertEquals(Mode.L2, uplink.mode());
        assertEquals(IpvlanFlag.BRIDGE, uplink.flag());
        assertEquals(IpvlanOptions.of(Compat.IMPROVED), uplink.options());
        assertEquals(Optional.empty(), uplink.host());
    }

    @Test
    void shouldNameTheInterfaceAfterThePort() {
        final SwitchConfig config = parse(SMALLEST + "ports:\n  - { name: web, uplink: wan0 }\n");

        assertEquals(
                "web", ((EndpointConfig.Tap) config.ports().getFirst().endpoint()).interfaceName());
    }

    @Test
    void shouldLetOneOptionDifferFromCompat() {
        final UplinkConfig kernel =
                parse(
                                """
                                uplinks:
                                  - { name: wan0, device: "tap:up0", compat: kernel, strictMac: true }
                                """)
                        .uplinks()
                        .getFirst();

        assertTrue(kernel.options().strictMac());
        assertFalse(kernel.options().arpResponder());
        assertFalse(kernel.options().antispoof());
        assertEquals(Compat.KERNEL, kernel.options().compat());
    }

    @Test
    void shouldReadEverythingThatAPortCanSay() {
        final PortConfig port =
                parse(
                                """
                                uplinks:
                                  - { name: wan0, device: "tap:up0", mode: l3, mtu: 1500 }
                                ports:
                                  - name: web
                                    uplink: wan0
                                    mtu: 1400
                                    mode: l3
                                    flag: private
                                    queues: 2
                                    addresses: ["192.0.2.11/24", "2001:db8::11/64"]
                                    allowedSources: ["10.0.0.0/8"]
                                """)
                        .ports()
                        .getFirst();

        assertEquals(OptionalInt.of(1400), port.mtu());
        assertEquals(Optional.of(Mode.L3), port.mode());
        assertEquals(Optional.of(IpvlanFlag.PRIVATE), port.flag());
        assertEquals(2, port.queues());
        assertEquals(List.of(at("192.0.2.11/24"), at("2001:db8::11/64")), port.addresses());
        assertEquals(List.of(at("10.0.0.0/8")), port.allowedSources());
    }

    @Test
    void shouldReadEverythingThatAMemifPortCanSay() {
        final PortConfig port =
                parse(
                                SMALLEST
                                        + """
                                        ports:
                                          - name: app1
                                            uplink: wan0
                                            type: memif
                                            socket: /run/ipvane/app1.sock
                                            role: server
                                            id: 4294967295
                                            queues: 2
                                            mac: "02:fe:00:00:00:01"
                                            socketMode: "0600"
                                            socketGroup: vpp
                                            learn: { max: 8 }
                                            addresses: ["192.0.2.11/24"]
                                        """)
                        .ports()
                        .getFirst();

        assertEquals(
                new EndpointConfig.Memif(
                        Path.of("/run/ipvane/app1.sock"),
                        SocketRole.SERVER,
                        0xFFFF_FFFFL,
                        Optional.of(0x02FE_0000_0001L),
                        0600,
                        Optional.of("vpp")),
                port.endpoint());
        assertEquals("memif", port.endpoint().type());
        assertEquals(2, port.queues());
        assertEquals(OptionalInt.of(8), port.learn());
    }

    @Test
    void shouldConnectToMemifInterfaceZeroUnlessToldOtherwise() {
        final PortConfig port =
                parse(
                                SMALLEST
                                        + "ports:\n  - { name: app1, uplink: wan0, type: memif,"
                                        + " socket: /run/app1.sock }\n")
                        .ports()
                        .getFirst();

        assertEquals(
                new EndpointConfig.Memif(
                        Path.of("/run/app1.sock"),
                        SocketRole.CLIENT,
                        0,
                        Optional.empty(),
                        0660,
                        Optional.empty()),
                port.endpoint());
    }

    @Test
    void shouldReadRoutesAndNeighborsOfBothFamilies() {
        final UplinkConfig uplink =
                parse(
                                """
                                uplinks:
                                  - name: wan0
                                    device: "pci:0000:03:00.0"
                                    mode: l3
                                    host: { interface: h0, netns: ns, addresses: ["192.0.2.10/24"] }
                                    routes:
                                      - { to: default, via: fe80::1 }
                                      - { to: 10.0.0.0/8, blackhole: true }
                                      - { to: 198.51.100.0/24, via: 192.0.2.1 }
                                    neighbors:
                                      - { address: 192.0.2.1, mac: "02:00:00:00:00:01" }
                                """)
                        .uplinks()
                        .getFirst();

        assertEquals(new DeviceSpec.Pci("0000:03:00.0"), uplink.device());
        assertEquals(at("::/0"), uplink.routes().get(0).to());
        assertEquals(RouteConfig.Type.BLACKHOLE, uplink.routes().get(1).type());
        assertEquals(RouteConfig.Type.VIA, uplink.routes().get(2).type());
        assertEquals(
                List.of(new NeighborConfig(IpAddress.parse("192.0.2.1"), 0x0200_0000_0001L)),
                uplink.neighbors());
    }

    @Test
    void shouldAllowOneAddressOnTwoUplinks() {
        final SwitchConfig config =
                parse(
                        """
                        uplinks:
                          - { name: a, device: "tap:up0" }
                          - { name: b, device: "vdev:net_ring0,size=64" }
                        ports:
                          - { name: p, uplink: a, addresses: ["192.0.2.11/24"] }
                          - { name: q, uplink: b, addresses: ["192.0.2.11/24"] }
                        """);

        assertEquals(2, config.ports().size());
    }

    @Test
    void shouldWriteDevicesAsTheyWereRead() {
        for (String text :
                List.of(
                        "af_packet:eth0",
                        "af_xdp:eth0",
                        "pci:0000:03:00.0",
                        "tap:up0",
                        "vdev:net_pcap0,rx_pcap=a.pcap")) {
            assertEquals(text, DeviceSpec.parse(text).toString());
        }
    }

    @Test
    void shouldLoadAFile(@TempDir Path folder) throws IOException {
        final Path file = Files.writeString(folder.resolve("ipvane.yaml"), EXAMPLE);

        assertEquals(parse(EXAMPLE), SwitchConfig.load(file));
    }

    @Test
    void shouldSayWhichFileIsMissing(@TempDir Path folder) {
        final Path file = folder.resolve("none.yaml");

        final ConfigException refused =
                assertThrows(ConfigException.class, () -> SwitchConfig.load(file));

        assertEquals(
                file + ": there is no such file; name another with --config", refused.getMessage());
    }

    private static SwitchConfig parse(String text) {
        return new SwitchConfigReader("ipvane.yaml", new OnlineLcores("0-1")).read(text);
    }

    private static IpPrefix at(String text) {
        return IpPrefix.parseWithHostBits(text);
    }
}
