// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.linux.InterfaceTakeover.Capture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host with {@code eth0}, a veth whose other end is {@code eth0} of a peer. */
@Tag("netns")
class InterfaceTakeoverTest {
    /**
     * Listens with a packet socket while the peer sends a datagram; says whether ARP for it was
     * seen.
     */
    private static final String SEES_FRAMES =
            """
            import socket, subprocess, sys
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            sock.bind(('eth0', 3))
            sock.settimeout(2)
            subprocess.run(['ip', 'netns', 'exec', sys.argv[1], 'python3', '-c',
                "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.5.0.1', 9))"])
            while True:
                frame = sock.recv(2000)
                if frame[12:14] == bytes.fromhex('0806'): break
            print('seen')
            """;

    /** Loads an XDP program that passes everything and attaches it to eth0 as a generic one. */
    private static final String ATTACH_XDP =
            """
            import ctypes, os, socket, struct
            code = ctypes.create_string_buffer(struct.pack('=BBhi', 0xb7, 0, 0, 2) + struct.pack('=BBhi', 0x95, 0, 0, 0), 16)
            gpl = ctypes.create_string_buffer(b'GPL')
            attr = struct.pack('=IIQQIIQII', 6, 2, ctypes.addressof(code), ctypes.addressof(gpl), 0, 0, 0, 0, 0).ljust(128, b'\\0')
            libc = ctypes.CDLL(None, use_errno=True)
            fd = libc.syscall(321, 5, ctypes.create_string_buffer(attr, 128), 128)
            assert fd >= 0, os.strerror(ctypes.get_errno())
            xdp = struct.pack('=HHi', 8, 1, fd) + struct.pack('=HHI', 8, 3, 2)
            body = struct.pack('=BBHiII', 0, 0, 0, socket.if_nametoindex('eth0'), 0, 0) + struct.pack('=HH', 4 + len(xdp), 43 | 0x8000) + xdp
            sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
            sock.send(struct.pack('=IHHII', 16 + len(body), 19, 5, 1, 0) + body)
            error = struct.unpack('=i', sock.recv(4096)[16:20])[0]
            assert error == 0, os.strerror(-error)
            """;

    @TempDir Path state;
    private TestNetns host;
    private TestNetns peer;
    private WatchedInterface eth0;

    @BeforeEach
    void connectAHostToAPeer() {
        host = TestNetns.create("host");
        peer = TestNetns.create("peer");
        host.run("ip link add eth0 type veth peer name eth0 netns " + peer.name());
        peer.run("ip address add 10.5.0.9/24 dev eth0");
        peer.run("ip link set eth0 up");
        host.run("ip link set eth0 up");
        host.run("ip address add 10.5.0.1/24 broadcast + dev eth0 label eth0:a");
        host.run("ip address add 10.5.0.2/24 dev eth0");
        host.run("ip address add 10.9.9.1 peer 10.9.9.2 dev eth0");
        host.run("ip address add 2001:db8:5::1/64 dev eth0 nodad");
        host.run("ip route add default via 10.5.0.9 metric 50");
        host.run("ip route add 10.7.0.0/16 via 10.5.0.9 src 10.5.0.2");
        host.run("ip route add 10.8.0.0/16 dev eth0 table 77");
        host.run("ip route add default via 2001:db8:5::9 src 2001:db8:5::1");
        host.run("ip neigh add 10.5.0.77 lladdr 02:00:00:00:00:77 dev eth0");
        host.run("ip neigh add 2001:db8:5::77 lladdr 02:00:00:00:00:77 dev eth0 router");
        host.run("ip neigh add proxy 10.5.0.88 dev eth0");
        eth0 = new WatchedInterface(host.name(), "eth0");
    }

    @AfterEach
    void removeThem() {
        if (peer != null) {
            peer.close();
        }
        if (host != null) {
            host.close();
        }
    }

    /** All that a takeover may change, as ip and ethtool print it. */
    private String everything() throws InterruptedException {
        String shown = picture();
        for (int i = 0; i < 50 && shown.contains("tentative"); i++) {
            Thread.sleep(100);
            shown = picture();
        }
        return shown;
    }

    private String picture() {
        return host.run("ip -o address show dev eth0").replaceAll("(?m)^\\d+: ", "")
                + sorted(host.run("ip route show table all dev eth0"))
                + sorted(host.run("ip -6 route show table all dev eth0"))
                + host.run("ethtool -k eth0").replaceAll("\\[requested o[nf]+\\]", "")
                + host.run("sysctl net.ipv6.conf.eth0.disable_ipv6 net.ipv4.conf.eth0.arp_ignore")
                + host.run("tc qdisc show dev eth0")
                + host.run("ip neigh show dev eth0 nud permanent")
                + host.run("ip neigh show proxy dev eth0")
                + host.run("ip -o link show dev eth0").replaceAll("state \\S+", "");
    }

    private static String sorted(String lines) {
        return String.join("\n", lines.lines().map(String::strip).sorted().toList()) + "\n";
    }

    private List<Path> stateFiles() throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            return files.toList();
        }
    }

    @Test
    void shouldTakeTheInterfaceAndRestoreItExactly() throws Exception {
        final String before = everything();
        try (InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.PACKET, state)) {
            assertEquals(List.of(), takeover.warnings());
            assertEquals("", host.run("ip -o address show dev eth0"));
            assertEquals("", host.run("ip route show table all dev eth0"));
            assertTrue(host.run("ethtool -k eth0").contains("generic-receive-offload: off"));
            assertTrue(host.run("ip link show eth0").contains("UP"));
            assertEquals(
                    List.of("10.5.0.1/24", "10.9.9.1/32", "10.5.0.2/24"),
                    takeover.addresses().stream()
                            .map(address -> address.local().toString())
                            .limit(3)
                            .toList());
            final List<String> routes = takeover.routes().stream().map(Route::toString).toList();
            assertTrue(routes.contains("default via 10.5.0.9"), routes.toString());
            assertTrue(routes.contains("default via 2001:db8:5:0:0:0:0:9"), routes.toString());
            assertFalse(stateFiles().isEmpty());
            host.run("ip link set eth0 promisc on");
        }
        assertEquals(before, everything());
        assertEquals(List.of(), stateFiles());
    }

    @Test
    void shouldGiveBackTheLinkLocalAddressThatItHadAndNoOther() throws Exception {
        host.run("ip -6 address flush dev eth0 scope link");
        host.run("ip address add fe80::5/64 dev eth0 nodad");
        final String before = everything();

        InterfaceTakeover.take(eth0, Capture.PACKET, state).close();

        assertEquals(before, everything());
    }

    @Test
    void shouldGiveBackTheMtu() throws Exception {
        final String before = everything();
        try (InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.PACKET, state)) {
            assertEquals(List.of(), takeover.leases());
            host.run("ip link set eth0 mtu 1300");
        }
        assertEquals(before, everything());
    }

    @Test
    void shouldKeepALeasedAddressAtTheHostPortAndSaySo() {
        host.run("ip address add 10.5.1.1/24 dev eth0 valid_lft 1000 preferred_lft 500");
        try (InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.PACKET, state);
                Netns netns = host.open();
                RtNetlink netlink = new RtNetlink(netns)) {
            host.run("ip link add host0 type veth peer name host1");
            host.run("ip link set host1 up");
            host.run("ip link set host0 up");

            assertEquals(List.of(), takeover.giveTo(netlink, netlink.link("host0")));

            assertEquals(1, takeover.leases().size());
            final String lease = takeover.leases().get(0);
            assertTrue(lease.startsWith("address 10.5.1.1/24 of 'eth0' in"), lease);
            final String shown = host.run("ip -o address show dev host0 to 10.5.1.1");
            assertTrue(shown.contains("valid_lft forever preferred_lft forever"), shown);
            final String neighbors = host.run("ip neigh show dev host0 nud permanent");
            assertTrue(neighbors.contains("10.5.0.77 lladdr"), neighbors);
            host.run("ip link del host0");
        }
        final String shown = host.run("ip -o address show dev eth0 to 10.5.1.1");
        assertTrue(shown.contains("valid_lft 9") || shown.contains("valid_lft 1000"), shown);
    }

    @Test
    void shouldRefuseWhereOtherInterfacesAreOnTop() throws Exception {
        final String before = everything();
        host.run("ip link add vx0 type vxlan id 5 dev eth0 dstport 4789");
        host.run("ip link add mac1 link eth0 type macvlan");
        host.run("ip link set mac1 netns " + peer.name());
        host.run("ip link add eth1 type veth peer name eth2");

        final LinuxException refusal =
                assertThrows(
                        LinuxException.class,
                        () -> InterfaceTakeover.take(eth0, Capture.PACKET, state));

        assertTrue(
                refusal.getMessage()
                        .contains(
                                "vxlan interface 'vx0', macvlan interface 'mac1' in netns '"
                                        + peer.name()
                                        + "' would hear nothing any more"),
                refusal.getMessage());
        assertEquals(before, everything());
        host.run("ip link del vx0");
        peer.run("ip link del mac1");
        InterfaceTakeover.take(eth0, Capture.PACKET, state).close();
        host.run("ip link add br0 type bridge");
        host.run("ip link set eth0 master br0");
        assertTrue(
                assertThrows(
                                LinuxException.class,
                                () -> InterfaceTakeover.take(eth0, Capture.PACKET, state))
                        .getMessage()
                        .contains("'br0', whose member it is, would hear nothing"));
    }

    @Test
    void shouldKeepTheHostsStackFromAnsweringWhilePacketSocketsSeeEverything() throws Exception {
        host.run("ip address add 10.5.0.7/32 dev lo");
        host.run("ip link set lo up");
        try (InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.PACKET, state)) {
            assertEquals(List.of(), takeover.warnings());
            assertEquals("seen\n", host.run("python3", "-c", SEES_FRAMES, peer.name()));
            peer.run("python3", "-c", sendTo("10.5.0.7"));
            Thread.sleep(200);
            final String neighbors = peer.run("ip neighbor");
            assertFalse(neighbors.contains("lladdr"), neighbors);
        }
        peer.run("python3", "-c", sendTo("10.5.0.7"));
        Thread.sleep(1200);
        final String neighbors = peer.run("ip neighbor");
        assertTrue(neighbors.contains("10.5.0.7 dev eth0 lladdr"), neighbors);
    }

    private static String sendTo(String address) {
        return "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('"
                + address
                + "', 9))";
    }

    @Test
    void shouldTakeTheRecordOfAKilledSwitchForTheTruth() throws Exception {
        final String before = everything();
        assertEquals("took 5 addresses", killedSwitch());
        assertEquals("", host.run("ip -6 address show dev eth0"));

        InterfaceTakeover.take(eth0, Capture.XDP, state).close();

        assertEquals(before, everything());
        assertEquals(List.of(), stateFiles());
    }

    private String killedSwitch() throws IOException, InterruptedException {
        return ChildJvm.run(
                List.of(), TakeAndDie.class, eth0.netns(), eth0.name(), state.toString());
    }

    @Test
    void shouldRestoreLeftoversThatNobodyWants() throws Exception {
        final String before = everything();
        assertEquals("took 5 addresses", killedSwitch());

        assertEquals(List.of(), InterfaceTakeover.restoreLeftovers(state, eth0::equals));
        assertFalse(stateFiles().isEmpty());
        assertEquals(List.of(), InterfaceTakeover.restoreLeftovers(state, key -> false));

        assertEquals(before, everything());
        assertEquals(List.of(), stateFiles());
    }

    @Test
    void shouldForgetTheLeftoverOfAnInterfaceThatIsGone() throws Exception {
        assertEquals("took 5 addresses", killedSwitch());
        host.run("ip link del eth0");

        assertEquals(List.of(), InterfaceTakeover.restoreLeftovers(state, key -> false));

        assertEquals(List.of(), stateFiles());
    }

    @Test
    void shouldNotTakeALeftoverOfAnEarlierInterfaceOfThatNameForTheTruth() throws Exception {
        assertEquals("took 5 addresses", killedSwitch());
        host.run("ip link del eth0");
        host.run("ip link add eth7 type veth peer name eth8");
        host.run("ip link add eth0 type veth peer name eth9");
        host.run("ip address add 10.6.0.1/24 dev eth0");

        try (InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.PACKET, state)) {
            assertEquals("10.6.0.1/24", takeover.addresses().get(0).local().toString());
        }
        assertTrue(host.run("ip address show dev eth0").contains("10.6.0.1/24"));
        assertTrue(host.run("ip link show eth0").contains("state DOWN"));
    }

    /** The kernel has given the index again, as the first interface of a new namespace shows. */
    @Test
    void shouldNotTakeALeftoverForTheTruthWhereNameAndIndexAreUsedAgain() throws Exception {
        final String index = host.run("cat /sys/class/net/eth0/ifindex").strip();
        assertEquals("took 5 addresses", killedSwitch());
        host.run("ip link del eth0");
        host.run("ip link add eth0 index " + index + " type veth peer name eth9");
        host.run("ip address add 10.6.0.1/24 dev eth0");

        try (InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.PACKET, state)) {
            assertEquals("10.6.0.1/24", takeover.addresses().get(0).local().toString());
        }
        assertTrue(host.run("ip address show dev eth0").contains("10.6.0.1/24"));
    }

    @Test
    void shouldLeaveAnotherInterfaceAloneThatHasNameAndIndexByNow() throws Exception {
        final String index = host.run("cat /sys/class/net/eth0/ifindex").strip();
        final InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.PACKET, state);
        host.run("ip link del eth0");
        host.run("ip link add eth0 index " + index + " type veth peer name eth9");

        takeover.close();

        assertFalse(host.run("ip address show dev eth0").contains("10.5.0.1"));
        assertEquals(List.of(), stateFiles());
    }

    @Test
    void shouldRefuseAnInterfaceThatARunningSwitchHas() {
        try (InterfaceTakeover first = InterfaceTakeover.take(eth0, Capture.PACKET, state)) {
            final LinuxException refusal =
                    assertThrows(
                            LinuxException.class,
                            () -> InterfaceTakeover.take(eth0, Capture.PACKET, state));

            assertTrue(
                    refusal.getMessage().contains("is taken over by a switch that runs"),
                    refusal.getMessage());
            assertEquals(5, first.addresses().size());
        }
    }

    @Test
    void shouldRefuseAnInterfaceThatIsNotThere() throws Exception {
        final WatchedInterface missing = new WatchedInterface(host.name(), "eth7");

        final LinuxException refusal =
                assertThrows(
                        LinuxException.class,
                        () -> InterfaceTakeover.take(missing, Capture.PACKET, state));

        assertTrue(refusal.getMessage().contains("'eth7' does not exist"), refusal.getMessage());
        assertEquals(List.of(), stateFiles());
    }

    @Test
    void shouldGiveAddressesAndRoutesToTheHostPort() {
        try (InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.PACKET, state);
                TapInterface port =
                        TapInterface.bringUp(
                                new TapSpec(
                                        host.name(),
                                        "ipvane0",
                                        0x020000000001L,
                                        1,
                                        1500,
                                        true,
                                        1,
                                        List.of()));
                Netns netns = host.open();
                RtNetlink netlink = new RtNetlink(netns)) {
            assertEquals(List.of(), takeover.giveTo(netlink, netlink.link(port.tap().name())));

            final String addresses = host.run("ip address show dev ipvane0");
            final String routes =
                    host.run("ip route show table all") + host.run("ip -6 route show table all");
            assertTrue(addresses.contains("10.5.0.2/24"), addresses);
            assertTrue(addresses.contains("10.9.9.1 peer 10.9.9.2/32"), addresses);
            assertTrue(addresses.contains("2001:db8:5::1/64"), addresses);
            assertFalse(addresses.contains("eth0"), addresses);
            assertTrue(routes.contains("default via 10.5.0.9 dev ipvane0 metric 50"), routes);
            assertTrue(routes.contains("10.8.0.0/16 dev ipvane0 table 77"), routes);
            assertTrue(routes.contains("default via 2001:db8:5::9 dev ipvane0"), routes);
        }
    }

    @Test
    void shouldDetachAStaleXdpProgram() {
        host.run("python3", "-c", ATTACH_XDP);
        assertTrue(host.run("ip link show eth0").contains("xdpgeneric"));
        try (InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.XDP, state)) {
            assertEquals(1, takeover.warnings().size());
            assertFalse(host.run("ip link show eth0").contains("xdp"));
        }
    }

    @Test
    void shouldTakeInterfacesOfOneNameInTwoNamespaces() throws Exception {
        final WatchedInterface other = new WatchedInterface(peer.name(), "eth0");
        try (InterfaceTakeover first = InterfaceTakeover.take(eth0, Capture.PACKET, state);
                InterfaceTakeover second = InterfaceTakeover.take(other, Capture.PACKET, state)) {
            assertEquals(5, first.addresses().size());
            assertEquals("10.5.0.9/24", second.addresses().get(0).local().toString());
        }
        assertEquals(List.of(), stateFiles());
    }

    @Test
    void shouldLeaveNothingBehindWithoutTheRightToChangeAnything() throws Exception {
        final String said =
                ChildJvm.run(
                        List.of("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"),
                        TakeAndDie.class,
                        eth0.netns(),
                        eth0.name(),
                        state.toString());

        assertTrue(said.contains("EPERM; run as root"), said);
        assertEquals(List.of(), stateFiles());
    }

    @Test
    void shouldRestoreAnInterfaceThatWasRenamedMeanwhile() {
        try (InterfaceTakeover takeover = InterfaceTakeover.take(eth0, Capture.PACKET, state)) {
            assertEquals(5, takeover.addresses().size());
            host.run("ip link set eth0 name wan0");
        }
        assertTrue(host.run("ip address show dev wan0").contains("10.5.0.1/24"));
    }
}
