// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("netns")
class KeptTapsTest {
    private static final long MAC = 0x020000000001L;
    private static final String NAME = "unix:/run/ipvane/admin.sock";

    @TempDir Path state;
    private TestNetns net;
    private WatchedInterface eth0;

    @BeforeEach
    void createANamespace() {
        net = TestNetns.create("kept");
        eth0 = new WatchedInterface(net.name(), "eth0");
    }

    @AfterEach
    void removeIt() {
        if (net != null) {
            net.close();
        }
    }

    private KeptTaps open() {
        return KeptTaps.open(state, NAME, true);
    }

    private TapInterface bringUp(
            KeptTaps kept, long mac, int queues, int mtu, String... addresses) {
        return TapInterface.bringUp(
                new TapSpec(
                        net.name(),
                        "eth0",
                        mac,
                        queues,
                        mtu,
                        true,
                        kept.number(eth0),
                        List.of(addresses).stream().map(IpPrefix::parse).toList()),
                kept);
    }

    /** A switch that ran and was stopped. */
    private void ran(int queues) {
        try (KeptTaps kept = open()) {
            final TapInterface port =
                    bringUp(kept, MAC, queues, 1500, "10.5.0.1/24", "10.5.0.2/24");
            kept.started();
            kept.stopping();
            port.close();
        }
    }

    private boolean isThere(String name) {
        return net.attempt("ip link show dev " + name).exitCode() == 0;
    }

    private List<String> records() throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void shouldTakeUpWhatStayedAndSayWhatIsNew() {
        ran(1);
        net.run("ip route add default via 10.5.0.9 dev eth0");
        net.run("ip link set eth0 name wan");
        assertTrue(net.run("ip link show dev wan").contains("NO-CARRIER"));
        try (KeptTaps kept = open();
                TapInterface port = bringUp(kept, MAC + 2, 1, 1400, "10.5.0.1/24", "10.5.0.3/24")) {
            kept.removeLeftovers(eth0::equals);
            assertEquals("wan", port.tap().name());
            final String shown = net.run("ip address show dev wan");
            for (String now : List.of("10.5.0.1/24", "10.5.0.3/24", "mtu 1400", "00:03", "fe80")) {
                assertTrue(shown.contains(now), shown);
            }
            assertFalse(shown.contains("10.5.0.2/24") || shown.contains("NO-CARRIER"), shown);
            assertEquals(PortLinkLocal.of(MAC, 1), port.linkLocal().orElseThrow());
            assertTrue(net.run("ip route").contains("default via 10.5.0.9"));
            kept.started();
        }
        assertFalse(isThere("wan"), "a port that is removed");
    }

    @Test
    void shouldLetANamespaceGoThatNobodyElseUses() throws InterruptedException {
        ran(1);
        final long inode = Netns.inodeAt(net.name()).orElseThrow();
        final CountDownLatch gone = new CountDownLatch(1);
        try (KeptTaps kept = open();
                TapInterface port = bringUp(kept, MAC, 1, 1500);
                NamespaceWatcher watcher =
                        new NamespaceWatcher(
                                event -> {
                                    if (event instanceof InterfaceEvent.InterfaceGone end) {
                                        assertTrue(end.withNamespace());
                                        gone.countDown();
                                    }
                                })) {
            watcher.start(List.of());
            watcher.watch(eth0, port.tap());
            assertFalse(gone.await(1500, TimeUnit.MILLISECONDS), "it has a name");
            net.delete();
            assertTrue(gone.await(10, TimeUnit.SECONDS));
            assertFalse(Namespaces.isInUse(inode));
            assertEquals(
                    Errno.EBADFD,
                    assertThrows(LinuxException.class, () -> port.tap().name()).errno());
        }
    }

    @Test
    void shouldKeepWhatStayedThroughAStartThatFails() {
        ran(1);
        try (KeptTaps kept = open()) {
            bringUp(kept, MAC, 1, 1500).close();
        }
        assertTrue(isThere("eth0"));
        try (KeptTaps kept = open()) {
            kept.removeLeftovers(key -> false);
            bringUp(kept, MAC, 1, 1500).close();
        }
        assertFalse(isThere("eth0"), "made by a start that failed");
    }

    @Test
    void shouldMakeAnewWhatCannotBeTakenUp() {
        ran(1);
        net.run("ip address add 10.6.0.1/24 dev eth0");
        try (KeptTaps kept = open();
                TapInterface port = bringUp(kept, MAC, 2, 1500, "10.5.0.1/24")) {
            assertEquals(2, port.tap().queues());
            assertFalse(net.run("ip address show dev eth0").contains("10.6.0.1"));
        }
    }

    @Test
    void shouldRemoveWhatHasNoPortAnyMoreAndNothingElse() throws IOException {
        ran(1);
        net.run("ip link set eth0 name wan");
        net.run("ip tuntap add dev eth0 mode tap");
        try (KeptTaps kept = open()) {
            assertEquals(List.of(), kept.removeLeftovers(key -> false));
        }
        assertFalse(isThere("wan"));
        assertTrue(isThere("eth0"), "somebody else's");
        assertEquals(List.of(), records());
        try (KeptTaps kept = open()) {
            assertThrows(LinuxException.class, () -> bringUp(kept, MAC, 1, 1500));
        }
        assertTrue(isThere("eth0"));
    }

    @Test
    void shouldTakeNoInterfaceOfANamespaceThatWasMadeAnewForTheOldOne() {
        ran(1);
        net.delete();
        net.close();
        net = TestNetns.create("kept");
        net.run("ip tuntap add dev tap0 mode tap");
        net.run("ip link set tap0 name eth0");
        try (KeptTaps kept = open()) {
            assertEquals(List.of(), kept.removeLeftovers(key -> false));
        }
        assertTrue(isThere("eth0"));
    }

    @Test
    void shouldLeaveTheInterfacesOfAnotherSwitch() {
        ran(1);
        try (KeptTaps other = KeptTaps.open(state, "unix:/run/other.sock", false)) {
            assertEquals(List.of(), other.removeLeftovers(key -> false));
            assertTrue(isThere("eth0"));
        }
        try (KeptTaps first = open()) {
            assertThrows(LinuxException.class, this::open);
            assertEquals(1, first.number(eth0));
            assertEquals(2, first.number(new WatchedInterface("", "eth0")));
        }
    }

    @Test
    void shouldReadBackWhatItWrote() {
        final KeptTap tap =
                new KeptTap(
                        "boot",
                        "unix:/run/a b.sock in netns 7",
                        eth0,
                        7,
                        new KeptTap.Place(8, 9, 10),
                        11,
                        Optional.of(IpPrefix.parse("fe80::1/64")),
                        List.of(IpPrefix.parse("10.5.0.1/24"), IpPrefix.parse("2001:db8::1/64")));

        assertEquals(tap, KeptTap.parse(tap.format()));
        for (final int length : List.of(0, 10, tap.format().length() - 2)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> KeptTap.parse(tap.format().substring(0, length)));
        }
    }
}
