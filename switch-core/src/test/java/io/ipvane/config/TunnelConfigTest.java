// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.Mode;
import io.ipvane.packet.IpAddress;
import io.ipvane.tunnel.TunnelOptions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tunnels, networks and remotes of the configuration: read, written, and refused by sentences. */
class TunnelConfigTest {
    private static final String UPLINK =
            """
            uplinks:
              - name: wan0
                device: "af_packet:eth0"
                host: { interface: ipvane0, addresses: ["192.0.2.10/24"] }
            """;

    private static final String TUNNEL = "tunnels: [ { name: vx0, uplink: wan0 } ]\n";
    private static final String VNI = "vnis: [ { vni: 42 } ]\n";

    private static SwitchConfig parse(String... parts) {
        return SwitchConfig.parse(UPLINK + String.join("", parts), "test.yaml");
    }

    private static String refusal(String... parts) {
        return assertThrows(ConfigException.class, () -> parse(parts)).problems().stream()
                .map(Problem::sentence)
                .collect(Collectors.joining("\n"));
    }

    @Test
    void shouldHaveADefaultForEverythingButNames() {
        final SwitchConfig config =
                parse(
                        TUNNEL,
                        VNI,
                        "remotes: [ { vni: 42, vtep: 192.0.2.20 } ]\n",
                        "ports: [ { name: red1, vni: 42, netns: red, interface: eth0 } ]\n");
        final TunnelConfig tunnel = config.tunnels().get(0);
        assertEquals(TunnelOptions.DEFAULT, tunnel.options());
        assertEquals(List.of(), tunnel.local());
        assertEquals(TunnelConfig.Peers.ANYBODY, tunnel.peers());
        final VniConfig vni = config.vnis().get(0);
        assertEquals(Optional.of(tunnel), config.tunnelOf(vni));
        assertEquals(Mode.L2, vni.mode());
        assertEquals(IpvlanFlag.BRIDGE, vni.flag());
        assertEquals(0x0276_6E00_002AL, vni.sharedMac());
        final UplinkConfig segment = config.uplinkOf(config.ports().get(0));
        assertEquals(
                new DeviceSpec.Tunnel("vx0", 42, "wan0", 50, 0x0276_6E00_002AL), segment.device());
        assertEquals("vni 42", segment.called());
        assertEquals(List.of("wan0", "vni42"), names(config.segments()));
    }

    private static List<String> names(List<UplinkConfig> segments) {
        return segments.stream().map(UplinkConfig::name).toList();
    }

    @Test
    void shouldReadNumbersAndWordsOfOneKey() {
        final SwitchConfig config =
                parse(
                        """
                        tunnels:
                          - { name: vx0, uplink: wan0, ttl: inherit, tos: inherit, df: inherit, csum: true,
                              peers: remotes, sourcePorts: [49152, 65535], local: ["192.0.2.10", "2001:db8::10"] }
                          - { name: vx1, uplink: wan0, port: 4790, ttl: 7, tos: 184, csum: off, peers: [192.0.2.0/24] }
                        """);
        final TunnelOptions first = config.tunnels().get(0).options();
        assertEquals(TunnelOptions.INHERIT, first.ttl());
        assertEquals(TunnelOptions.INHERIT, first.tos());
        assertEquals(TunnelOptions.DontFragment.INHERIT, first.df());
        assertEquals(TunnelOptions.Checksum.ON, first.checksum());
        assertEquals(49_152, first.firstSourcePort());
        assertEquals(65_535, first.lastSourcePort());
        assertEquals(TunnelConfig.Peers.REMOTES, config.tunnels().get(0).peers());
        final TunnelConfig second = config.tunnels().get(1);
        assertEquals(7, second.options().ttl());
        assertEquals(184, second.options().tos());
        assertEquals(TunnelOptions.Checksum.OFF, second.options().checksum());
        assertEquals("[192.0.2.0/24]", second.peers().networks().toString());
        assertEquals(config, SwitchConfig.of(ConfigDocument.of(config)));
    }

    @Test
    void shouldKeepTenantsApart() {
        final SwitchConfig config =
                parse(
                        TUNNEL,
                        "vnis: [ { vni: 1, mode: l3 }, { vni: 2, flag: private } ]\n",
                        """
                        ports:
                          - { name: a, vni: 1, netns: a, interface: eth0, addresses: ["10.8.0.1/24"] }
                          - { name: b, vni: 2, netns: b, interface: eth0, addresses: ["10.8.0.1/24"] }
                        remotes:
                          - { vni: 1, address: 10.8.0.2, vtep: 192.0.2.20 }
                          - { vni: 2, address: 10.8.0.2, vtep: 192.0.2.20, mac: "02:00:00:00:00:20" }
                        """);
        assertEquals(OptionalInt.of(2), config.ports().get(1).vni());
        assertEquals(Optional.of(IpAddress.parse("10.8.0.2")), config.remotes().get(1).address());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    tunnels: [ { name: vx0, uplink: wan } ]                | uplink 'wan' is unknown; did you mean 'wan0'?
                    tunnels: [ { name: wan0, uplink: wan0 } ]              | name is already that of an uplink
                    tunnels: [ { name: vx0, uplink: wan0, ttl: 0 } ]       | ttl=0 is out of range; choose 1 to 255
                    tunnels: [ { name: vx0, uplink: wan0, ttl: keep } ]    | ttl 'keep' is unknown; write inherit or a whole number from 1 to 255
                    tunnels: [ { name: vx0, uplink: wan0, csum: maybe } ]  | csum 'maybe' is unknown; write auto or on or off or true or false
                    tunnels: [ { name: vx0, uplink: wan0, sourcePorts: [9, 5] } ] | sourcePorts=[9, 5] is no range
                    tunnels: [ { name: vx0, uplink: wan0, local: [192.0.2.1, 192.0.2.2] } ] | local has several addresses of one family
                    tunnels: [ { name: vx0, uplink: wan0, local: [224.0.0.1] } ]  | local 224.0.0.1 is no address of one station
                    tunnels: [ { name: vx0, uplink: wan0 }, { name: vx1, uplink: wan0 } ] | port=4789 are already those of tunnel 'vx0'
                    vnis: [ { vni: 42 } ]                                  | vni 42 has no tunnel; add one in tunnels
                    vnis: [ { vni: 16777216 } ]                            | vni=16777216 is out of range; choose 0 to 16777215
                    vnis: [ { vni: 42, tunnel: vx } ]                      | tunnel 'vx' is unknown; there are no tunnels
                    ports: [ { name: a, interface: eth0 } ]                | uplink is missing
                    ports: [ { name: a, vni: 7, interface: eth0 } ]        | vni=7 is unknown
                    ports: [ { name: a, uplink: wan0, vni: 7, interface: eth0 } ] | needs either uplink or vni, and has both
                    remotes: [ { vni: 7, vtep: 192.0.2.20 } ]              | vni=7 is unknown; add it in vnis first
                    """)
    void shouldRefuseBySentence(String part, String sentence) {
        final String refusal = refusal(part + "\n");
        assertTrue(refusal.contains(sentence), refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    { vni: 42, vtep: 192.0.2.10 }                           | vtep 192.0.2.10 is our own address
                    { vni: 42, vtep: 239.1.1.1 }                            | vtep 239.1.1.1 is no address that packets can be sent to
                    { vni: 42, vtep: "fe80::1" }                            | vtep fe80::1 is no address that packets can be sent to
                    { vni: 42, address: 224.0.0.5, vtep: 192.0.2.20 }       | address 224.0.0.5 is no address of one station
                    { vni: 42, address: 10.8.0.11, vtep: 192.0.2.20 }       | address 10.8.0.11 is already that of port 'red1'
                    { vni: 42, vtep: 192.0.2.20, mac: "02:00:00:00:00:20" } | mac belongs to an address
                    { vni: 42, vtep: 192.0.2.21 }                           | vtep 192.0.2.21 appears twice in vni 42
                    """)
    void shouldRefuseRemotesThatCannotBe(String remote, String sentence) {
        final String refusal =
                refusal(
                        TUNNEL,
                        VNI,
                        "ports: [ { name: red1, vni: 42, interface: eth0, addresses: [\"10.8.0.11/24\"] } ]\n",
                        "remotes: [ { vni: 42, vtep: 192.0.2.21 }, " + remote + " ]\n");
        assertTrue(refusal.contains(sentence), refusal);
    }
}
