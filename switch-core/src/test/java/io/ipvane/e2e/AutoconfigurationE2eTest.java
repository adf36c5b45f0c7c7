// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.GREEN;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static io.ipvane.e2e.SwitchNetwork.SWITCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Daemon;
import io.ipvane.testing.Machine;
import io.ipvane.testing.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ports that are given their addresses by the network, by programs of Debian: DHCP, DHCPv6 and
 * router advertisements (spec F16, B-4), although all ports have one MAC address.
 */
@Tag("e2e")
final class AutoconfigurationE2eTest {
    /** What clients run when something happens: both kinds of DHCP, and both kinds of variables. */
    private static final String SCRIPT =
            """
            #!/bin/sh
            event="${reason:-$1}"
            echo "$event $ip $new_ip_address $new_ip6_address" >> %s/$interface-$(ip netns identify)
            case "$event" in
            deconfig | EXPIRE | RELEASE | STOP | FAIL) ip -4 addr flush dev "$interface" ;;
            PREINIT*) ip link set dev "$interface" up ;;
            bound | renew) ip -4 addr replace "$ip/$mask" dev "$interface" ;;
            BOUND | RENEW | REBIND | REBOOT)
                ip -4 addr replace "$new_ip_address/$new_subnet_mask" dev "$interface" ;;
            BOUND6 | RENEW6 | REBIND6)
                ip -6 addr replace "$new_ip6_address/128" dev "$interface" nodad ;;
            esac
            """;

    private static final Pattern IPV4 = Pattern.compile("inet (10\\.0\\.0\\.\\d+)/");
    private static final Pattern IPV6 = Pattern.compile("inet6 (fd00:[0-9a-f:]+)/");

    @TempDir private Path folder;
    private Netns net;
    private Daemon daemon;

    private void start(String... uplinkLines) {
        Machine.needsProgram("dnsmasq");
        net = Netns.of(SwitchNetwork.LABELS.toArray(new String[0]));
        net.veth(SWITCH, "up0", OUTSIDE, "eth0");
        net.address(OUTSIDE, "eth0", "10.0.0.254/24");
        net.address(OUTSIDE, "eth0", "fd00::fe/64");
        final StringBuilder lines = new StringBuilder();
        for (String line : uplinkLines) {
            lines.append("    ").append(line).append('\n');
        }
        daemon =
                Daemon.start(
                        net,
                        SWITCH,
                        """
                        eal: { hugepages: "off" }
                        uplinks:
                          - name: wan0
                            device: "af_packet:up0"
                            host: { interface: ipvane0, addresses: ["10.0.0.1/24"] }
                        %sports:
                          - { name: blue, uplink: wan0, netns: %s, interface: eth0 }
                          - { name: green, uplink: wan0, netns: %s, interface: eth0 }
                        """
                                .formatted(lines, net.name(BLUE), net.name(GREEN)));
        try {
            final Path script = Files.writeString(script(), SCRIPT.formatted(folder));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() {
        try {
            if (daemon != null) {
                daemon.stop();
                assertFalse(daemon.log().contains("pool_leak"), daemon.log());
                daemon.close();
            }
        } finally {
            if (net != null) {
                net.close();
            }
        }
    }

    private Path script() {
        return folder.resolve("script");
    }

    private Path leases() {
        return folder.resolve("leases");
    }

    /**
     * A real server, which logs to a file. It makes a first offer of the MAC address, so that two
     * ports that ask in the same moment are offered the same and one of them is refused: tests let
     * one ask after the other.
     */
    private void serve(String label, String device, String... more) {
        final List<String> words =
                new ArrayList<>(
                        List.of(
                                "dnsmasq",
                                "--keep-in-foreground",
                                "--conf-file=/dev/null",
                                "--port=0",
                                "--user=root",
                                "--pid-file",
                                "--bind-dynamic",
                                "--interface=" + device,
                                "--dhcp-leasefile=" + leases(),
                                "--no-ping",
                                "--log-facility=" + folder.resolve("server")));
        words.addAll(List.of(more));
        net.background(label, words.toArray(new String[0]));
    }

    private void serve4() {
        serve(
                OUTSIDE,
                "eth0",
                "--dhcp-range=10.0.0.100,10.0.0.150,120",
                "--dhcp-option=option:router,10.0.0.254");
    }

    private Process client(String program, String label) {
        final String own = folder.resolve(program + "-" + label).toString();
        return switch (program) {
            case "udhcpc" ->
                    net.background(label, "udhcpc", "-f", "-i", "eth0", "-s", script().toString());
            case "udhcpc -C" ->
                    net.background(
                            label, "udhcpc", "-C", "-f", "-i", "eth0", "-s", script().toString());
            case "dhclient" ->
                    net.background(
                            label,
                            "dhclient",
                            "-4",
                            "-d",
                            "-cf",
                            "/dev/null",
                            "-lf",
                            own + ".leases",
                            "-pf",
                            own + ".pid",
                            "-sf",
                            script().toString(),
                            "eth0");
            default -> throw new IllegalArgumentException(program);
        };
    }

    private String address(String label, Pattern pattern) {
        final Matcher found =
                pattern.matcher(net.ip(label, "address", "show", "dev", "eth0", "scope", "global"));
        return found.find() ? found.group(1) : "";
    }

    private String awaitAddress(String label, Pattern pattern) {
        Eventually.holds(
                label + " has an address; the server said:\n" + said(),
                () -> !address(label, pattern).isEmpty());
        return address(label, pattern);
    }

    private String said() {
        return read(folder.resolve("server"));
    }

    private String events(String label) {
        return read(folder.resolve("eth0-" + net.name(label)));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ping(String from, String to) {
        Eventually.holds(
                from + " reaches " + to,
                () -> net.exec(from, "ping", "-n", "-c", "1", "-W", "1", to).ok());
    }

    private void allReachAll(Pattern pattern, String outside) {
        final String blue = awaitAddress(BLUE, pattern);
        final String green = awaitAddress(GREEN, pattern);
        assertNotEquals(blue, green);
        ping(BLUE, outside);
        ping(GREEN, outside);
        ping(OUTSIDE, blue);
        ping(OUTSIDE, green);
        ping(BLUE, green);
    }

    /** udhcpc names the shared MAC, with -C it names nothing, as dhclient does. */
    @ParameterizedTest
    @ValueSource(strings = {"udhcpc", "udhcpc -C", "dhclient"})
    void shouldGiveTwoPortsDifferentLeases(String program) {
        Machine.needsProgram(program.split(" ", 2)[0]);
        start();
        serve4();
        for (String label : List.of(BLUE, GREEN)) {
            client(program, label);
            awaitAddress(label, IPV4);
        }
        allReachAll(IPV4, "10.0.0.254");
        Eventually.holds(
                "both leases are in the server's file",
                () -> read(leases()).lines().filter(l -> l.contains("10.0.0.1")).count() == 2);
        final String table = daemon.get("/v1/addresses").body();
        for (String label : List.of(BLUE, GREEN)) {
            assertTrue(
                    table.contains(
                            "{\"address\":\"%s/24\",\"port\":\"%s\",\"uplink\":\"wan0\",\"origin\":\"dhcp\",\"state\":\"active\"}"
                                    .formatted(address(label, IPV4), label)),
                    table);
        }
        assertFalse(said().contains("DHCPNAK"), said());
    }

    @ParameterizedTest
    @ValueSource(strings = {"udhcpc", "udhcpc -C"})
    void shouldRenewAndReleaseByUnicast(String program) {
        Machine.needsProgram("udhcpc");
        start();
        serve4();
        final List<String> labels = List.of(BLUE, GREEN);
        final List<Process> clients = new ArrayList<>();
        final List<String> before = new ArrayList<>();
        for (String label : labels) {
            clients.add(client(program, label));
            before.add(awaitAddress(label, IPV4));
        }
        for (int round = 1; round <= 2; round++) {
            for (int i = 0; i < 2; i++) {
                final int times = round;
                final String label = labels.get(i);
                signal(clients.get(i), "USR1");
                Eventually.holds(
                        label + " has renewed; the server said:\n" + said(),
                        () ->
                                events(label).lines().filter(e -> e.startsWith("renew ")).count()
                                        == times);
            }
        }
        assertEquals(before, labels.stream().map(l -> address(l, IPV4)).toList());
        assertFalse(said().contains("DHCPNAK"), said());
        ping(OUTSIDE, before.get(0));

        signal(clients.get(0), "USR2");
        Eventually.holds("the server has it back", () -> said().contains("DHCPRELEASE"));
        Eventually.holds(
                "the switch too",
                () -> !daemon.get("/v1/addresses").body().contains(before.get(0) + "/"));
        ping(OUTSIDE, before.get(1));
    }

    private static void signal(Process process, String name) {
        io.ipvane.testing.Command.run("kill", "-" + name, Long.toString(process.pid())).orFail();
    }

    /** A server on the host answers to the MAC that it has itself. */
    @ParameterizedTest
    @CsvSource({"switch, ipvane0", "green, eth0"})
    void shouldTakeLeasesOfAServerOnTheHostOrInASibling(String label, String device) {
        Machine.needsProgram("udhcpc");
        start();
        if (GREEN.equals(label)) {
            net.address(GREEN, "eth0", "10.0.0.2/24");
        }
        serve(label, device, "--dhcp-range=10.0.0.100,10.0.0.150,120");
        client("udhcpc", BLUE);
        final String blue = awaitAddress(BLUE, IPV4);
        ping(label, blue);
        ping(OUTSIDE, blue);
    }

    @Test
    void shouldServeUnderTheKernelsRulesWhereAskedTo() {
        Machine.needsProgram("udhcpc");
        start("compat: kernel", "dhcpSnooping: true", "dhcpClientId: true");
        serve4();
        client("udhcpc", BLUE);
        awaitAddress(BLUE, IPV4);
        client("udhcpc", GREEN);
        assertNotEquals(awaitAddress(BLUE, IPV4), awaitAddress(GREEN, IPV4));
    }

    @Test
    void shouldGiveTwoPortsLeasesOfDhcpv6() {
        Machine.needsProgram("dhclient");
        start();
        serve(OUTSIDE, "eth0", "--dhcp-range=fd00::100,fd00::1ff,64,120", "--enable-ra");
        int identity = 1;
        for (String label : List.of(BLUE, GREEN)) {
            final String own = folder.resolve("dhclient6-" + label).toString();
            // All ports have one MAC address: whoever derives his DUID from it needs another.
            final Path config = folder.resolve("dhclient6-" + label + ".conf");
            try {
                Files.writeString(
                        config,
                        "send dhcp6.client-id 00:03:00:01:02:00:00:00:00:0%d;\n"
                                .formatted(identity++));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            net.background(
                    label,
                    "dhclient",
                    "-6",
                    "-d",
                    "-cf",
                    config.toString(),
                    "-lf",
                    own + ".leases",
                    "-pf",
                    own + ".pid",
                    "-sf",
                    script().toString(),
                    "eth0");
        }
        final Pattern leased = Pattern.compile("inet6 (fd00::1[0-9a-f]{2})/128");
        allReachAll(leased, "fd00::fe");
    }

    /** Of the shared MAC all would make one address; here each ends as its link-local one. */
    @Test
    void shouldMakeDifferentAddressesOfRouterAdvertisements() throws IOException {
        Machine.needsProgram("radvd");
        start();
        final Path config =
                Files.writeString(
                        folder.resolve("radvd.conf"),
                        """
                        interface eth0 {
                            AdvSendAdvert on;
                            MinRtrAdvInterval 3;
                            MaxRtrAdvInterval 4;
                            prefix fd00::/64 { AdvOnLink on; AdvAutonomous on; };
                        };
                        """);
        net.exec(OUTSIDE, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1").orFail();
        net.background(
                OUTSIDE,
                "radvd",
                "-n",
                "-C",
                config.toString(),
                "-p",
                folder.resolve("radvd.pid").toString(),
                "-m",
                "stderr");
        allReachAll(IPV6, "fd00::fe");
        for (String label : List.of(BLUE, GREEN)) {
            final String all = net.ip(label, "-6", "address", "show", "dev", "eth0");
            assertFalse(all.contains("dadfailed"), all);
            final Matcher local = Pattern.compile("inet6 fe80::([0-9a-f:]+)/").matcher(all);
            assertTrue(local.find(), all);
            assertTrue(address(label, IPV6).endsWith(local.group(1)), all);
        }
    }

    /** A group that is joined works at once: nobody waits for the filter's next look. */
    @Test
    void shouldFollowAGroupWithinMilliseconds() {
        Machine.needsProgram("python3");
        start();
        net.address(BLUE, "eth0", "10.0.0.11/24");
        net.address(GREEN, "eth0", "10.0.0.12/24");
        ping(OUTSIDE, "10.0.0.12");
        net.background(
                OUTSIDE,
                "python3",
                "-c",
                """
                import socket, struct, time
                out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton('10.0.0.254'))
                while True:
                    out.sendto(b'tick', ('239.1.2.3', 4000))
                    time.sleep(0.002)
                """);
        final int worst =
                Integer.parseInt(
                        net.exec(
                                        GREEN,
                                        "python3",
                                        "-c",
                                        """
                                        import socket, time
                                        worst = 0
                                        for i in range(10):
                                            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                                            s.bind(('', 4000))
                                            s.settimeout(5)
                                            start = time.monotonic()
                                            s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                                                socket.inet_aton('239.1.2.3') + socket.inet_aton('10.0.0.12'))
                                            s.recv(100)
                                            worst = max(worst, time.monotonic() - start)
                                            s.close()
                                            time.sleep(1.1)
                                        print(int(worst * 1000))
                                        """)
                                .orFail()
                                .output()
                                .strip());
        assertTrue(worst < 500, worst + " ms until the group was heard");
    }
}
