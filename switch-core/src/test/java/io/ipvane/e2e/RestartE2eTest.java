// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.GREEN;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static io.ipvane.e2e.SwitchNetwork.SWITCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Netns;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What people did in a namespace, and what becomes of it: by restarts, IPv6 off and on, changes.
 */
@Tag("e2e")
final class RestartE2eTest {
    private static final Setup PLAIN = new Setup(Setup.Plan.SHARED, Setup.Uplink.AF_PACKET);

    private static final String SERVER =
            """
            import socket
            c = socket.create_server(('', 7000)).accept()[0]
            while True:
                c.sendall(c.recv(100))
            """;

    private static final String CLIENT =
            """
            import socket, sys
            s = socket.create_connection((sys.argv[1], 7000), 10)
            s.settimeout(50)
            f = s.makefile()
            for line in sys.stdin:
                s.sendall(line.encode())
                print(f.readline(), end='', flush=True)
            """;

    private SwitchNetwork network;
    private Netns net;

    /** One TCP connection, over which every word comes back. */
    private static final class Conversation {
        private final Writer in;
        private final BufferedReader out;

        Conversation(Netns net, String from, String to, String address) throws IOException {
            net.background(to, "python3", "-c", SERVER);
            Eventually.holds(
                    "the server listens",
                    () -> net.exec(to, "ss", "-ltn").output().contains(":7000"));
            final Process client =
                    new ProcessBuilder(net.inside(from, "python3", "-c", CLIENT, address)).start();
            net.undo(client::destroyForcibly);
            in = client.outputWriter(StandardCharsets.UTF_8);
            out = client.inputReader(StandardCharsets.UTF_8);
        }

        void goesOn(String word) {
            try {
                in.write(word + "\n");
                in.flush();
                assertEquals(word, out.readLine(), "over TCP");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private String yaml() {
        return network.yaml("l2");
    }

    private String shown(String label, String... words) {
        return net.ip(label, words);
    }

    @Test
    void shouldLeaveWhatPeopleDidOverStopKillAndStart() throws IOException {
        try (SwitchNetwork started = SwitchNetwork.start(PLAIN, "l2")) {
            network = started;
            net = started.net();
            net.ip(BLUE, "route", "add", "default", "via", "10.0.0.254");
            net.address(BLUE, "eth0", "10.0.0.73/24");
            net.address(BLUE, "eth0", "fd00::73/64");
            net.ip(
                    BLUE,
                    "neigh",
                    "add",
                    "10.0.0.200",
                    "lladdr",
                    "02:00:00:00:00:aa",
                    "dev",
                    "eth0");
            net.exec(BLUE, "sysctl", "-q", "-w", "net.ipv4.conf.eth0.rp_filter=2").orFail();
            net.exec(BLUE, "ethtool", "-K", "eth0", "tso", "off").orFail();
            net.ip(GREEN, "link", "set", "dev", "eth0", "name", "wan");
            final Conversation tcp = new Conversation(net, BLUE, GREEN, "10.0.0.12");
            tcp.goesOn("before");
            final String before = picture();

            network.daemon().stop();
            assertTrue(shown(BLUE, "link", "show", "dev", "eth0").contains("NO-CARRIER"));
            assertFalse(net.hasDevice(SWITCH, "ipvane0"));
            network.daemon().restart(yaml());
            assertEquals(before, picture());
            tcp.goesOn("after a stop");

            network.daemon().kill();
            assertTrue(shown(BLUE, "link", "show", "dev", "eth0").contains("NO-CARRIER"));
            network.daemon().restart(yaml().replace(", \"fd00::11/64\"", ""));
            assertEquals(
                    before.replace("    inet6 fd00::11/64 scope global nodad \n", ""), picture());
            network.ping(OUTSIDE, "10.0.0.73").orFail();
            network.ping(OUTSIDE, "fd00::73").orFail();

            changesThatEndAnInterface();
        }
    }

    /** All that people did in blue, and where green's interface is. */
    private String picture() {
        Eventually.holds(
                "blue has carrier",
                () -> !shown(BLUE, "link", "show", "dev", "eth0").contains("NO-CARRIER"));
        return shown(BLUE, "address", "show", "dev", "eth0")
                        .replaceAll("(?m)^ +valid_lft.*\n| state \\w+", "")
                + shown(BLUE, "route")
                + shown(BLUE, "-6", "route")
                + shown(BLUE, "neigh", "show", "nud", "permanent")
                + net.exec(BLUE, "sysctl", "net.ipv4.conf.eth0.rp_filter").output()
                + net.exec(BLUE, "sh", "-c", "ethtool -k eth0 | grep tx-tcp").output()
                + shown(GREEN, "-o", "address", "show", "dev", "wan");
    }

    /** Removal, leaving the configuration while the switch is down, other queues, nothing kept. */
    private void changesThatEndAnInterface() {
        assertEquals(204, network.daemon().send("DELETE", "/v1/ports/green", "").status());
        assertFalse(net.hasDevice(GREEN, "wan"));
        network.daemon().stop();
        final String onlyBlue = yaml().replaceAll("(?m)^ *- \\{ name: green.*\n", "");
        network.daemon().restart(onlyBlue.replace("name: blue", "name: sky"));
        assertTrue(shown(BLUE, "route").contains("default via 10.0.0.254"));
        network.daemon().kill();
        network.daemon().restart(onlyBlue.replace("type: tap", "queues: 2, type: tap"));
        assertTrue(network.daemon().log().contains("event=tap_made_anew"), network.daemon()::log);
        network.ping(OUTSIDE, "10.0.0.11").orFail();
        network.daemon().kill();
        final String none = onlyBlue.replaceAll("(?m)^ *- \\{ name: blue.*\n", "");
        network.daemon().restart(none.replace("ports:", ""));
        assertFalse(net.hasDevice(BLUE, "eth0"), "cleaned at start");
        network.daemon().stop();
        network.daemon().restart(onlyBlue + "keepInterfaces: false\n");
        assertTrue(net.hasDevice(BLUE, "eth0"));
        network.daemon().stop();
        assertFalse(net.hasDevice(BLUE, "eth0"), "nothing is left behind");
    }

    @Test
    void shouldFollowIpv6OffAndOn() {
        try (SwitchNetwork started = SwitchNetwork.start(PLAIN, "l2")) {
            network = started;
            net = started.net();
            ipv6(BLUE, "all", false);
            ipv6(BLUE, "default", false);
            assertEquals(
                    201,
                    network.daemon()
                            .send(
                                    "PUT",
                                    "/v1/ports/late",
                                    """
                                    {"uplink":"wan0","netns":"%s","interface":"eth1",
                                     "addresses":["10.0.0.13/24","fd00::13/64"]}"""
                                            .formatted(net.name(BLUE)))
                            .status());
            assertEquals("", shown(BLUE, "-6", "address", "show", "dev", "eth1"));
            for (String device : List.of("eth0", "eth1")) {
                ipv6(BLUE, device, true);
            }
            for (String at : List.of("eth0 fd00::11/64", "eth1 fd00::13/64")) {
                final String[] words = at.split(" ", 2);
                Eventually.holds(
                        at + " is back, with a link-local address",
                        () -> {
                            final String all =
                                    shown(BLUE, "-6", "address", "show", "dev", words[0]);
                            return all.contains(words[1]) && all.contains("fe80::");
                        });
            }
            final List<String> own =
                    List.of(
                            linkLocal(BLUE, "eth0"),
                            linkLocal(BLUE, "eth1"),
                            linkLocal(GREEN, "eth0"));
            assertEquals(3, own.stream().distinct().count(), own::toString);
            network.ping(OUTSIDE, "fd00::11").orFail();
            net.exec(GREEN, "ping", "-6", "-c", "3", "-i", "0.2", own.get(0) + "%eth0").orFail();
        }
    }

    private void ipv6(String label, String device, boolean on) {
        net.exec(
                        label,
                        "sysctl",
                        "-q",
                        "-w",
                        "net.ipv6.conf." + device + ".disable_ipv6=" + (on ? 0 : 1))
                .orFail();
    }

    private String linkLocal(String label, String device) {
        final String all = shown(label, "-6", "-o", "address", "show", "dev", device);
        return all.substring(all.indexOf("fe80")).split("/", 2)[0];
    }
}
