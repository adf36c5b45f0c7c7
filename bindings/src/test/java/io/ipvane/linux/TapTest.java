// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("netns")
class TapTest {
    private static final long MAC = 0x02AABBCCDD01L;

    @Test
    void shouldAppearInTheNamespaceUnderItsFinalNameWithItsMac() {
        try (TestNetns net = TestNetns.create("tap");
                Netns netns = net.open();
                Tap tap = Tap.create(netns, "eth0", MAC, 1)) {
            final String link = net.run("ip -o link show eth0");

            assertTrue(link.contains("link/ether 02:aa:bb:cc:dd:01"), link);
            assertEquals(MAC, tap.mac());
        }
    }

    @Test
    void shouldHaveAMacOfTheKernelWhereNoneIsGiven() {
        try (TestNetns net = TestNetns.create("tap");
                Netns netns = net.open();
                Tap tap = Tap.create(netns, "eth0", 0, 1)) {
            assertTrue(net.run("ip link show eth0").contains(Mac.text(tap.mac())));
            assertFalse(tap.mac() == 0);
        }
    }

    @Test
    void shouldCloseItsDescriptorsOnce() {
        try (TestNetns net = TestNetns.create("tap");
                Netns netns = net.open()) {
            final Tap tap = Tap.create(netns, "eth0", MAC, 1);
            tap.close();
            try (Tap next = Tap.create(netns, "eth1", MAC, 1)) {
                tap.close();
                assertFalse(tap.isUp());
                assertEquals(MAC, next.mac());
            }
        }
    }

    @Test
    void shouldBeGoneAfterClose() {
        try (TestNetns net = TestNetns.create("tap");
                Netns netns = net.open()) {
            Tap.create(netns, "eth0", MAC, 1).close();

            assertEquals(1, net.attempt("ip link show eth0").exitCode());
        }
    }

    @Test
    void shouldHaveAsManyQueuesAsAsked() {
        try (TestNetns net = TestNetns.create("tap");
                Netns netns = net.open();
                Tap tap = Tap.create(netns, "eth0", MAC, 3)) {
            final String link = net.run("ip -d -o link show eth0");

            assertTrue(link.contains("multi_queue numqueues 3"), link);
            assertEquals(3, tap.queues());
        }
    }

    @Test
    void shouldFollowUpDownCarrierAndDeletion() {
        try (TestNetns net = TestNetns.create("tap");
                Netns netns = net.open();
                Tap tap = Tap.create(netns, "eth0", MAC, 1)) {
            assertFalse(tap.isUp());
            net.run("ip link set eth0 up");
            assertTrue(tap.isUp());
            tap.setCarrier(false);
            assertTrue(net.run("ip link show eth0").contains("NO-CARRIER"));
            tap.setCarrier(true);
            assertFalse(net.run("ip link show eth0").contains("NO-CARRIER"));
            net.run("ip link del eth0");
            assertFalse(tap.isUp());
        }
    }

    @Test
    void shouldRefuseANameThatIsTaken() {
        try (TestNetns net = TestNetns.create("tap");
                Netns netns = net.open()) {
            net.run("ip link add eth0 type veth peer name eth1");

            final LinuxException refusal =
                    assertThrows(LinuxException.class, () -> Tap.create(netns, "eth0", MAC, 1));

            assertEquals(
                    "tap 'eth0' in netns '%s' cannot be created: the name is taken (EBUSY); choose another, or remove that interface: ip -n %s link del eth0"
                            .formatted(net.name(), net.name()),
                    refusal.getMessage());
        }
    }

    @Test
    void shouldNotAttachToAPersistentTapOfSomebodyElse() {
        try (TestNetns net = TestNetns.create("tap");
                Netns netns = net.open()) {
            net.run("ip tuntap add dev eth0 mode tap");

            final LinuxException refusal =
                    assertThrows(LinuxException.class, () -> Tap.create(netns, "eth0", MAC, 1));

            assertEquals(Errno.EBUSY, refusal.errno());
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenTheMacIsRefused() {
        try (TestNetns net = TestNetns.create("tap");
                Netns netns = net.open()) {
            final LinuxException refusal =
                    assertThrows(
                            LinuxException.class,
                            () -> Tap.create(netns, "eth0", 0x010000000001L, 1));

            assertTrue(refusal.getMessage().contains("not a unicast"), refusal.getMessage());
            assertEquals(1, net.attempt("ip link show eth0").exitCode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sixteen-letters-", "a/b", "a b", "tap%d", "..", "a:1"})
    void shouldRefuseNamesThatTheKernelWouldRefuseOrChange(String name) {
        try (Netns netns = Netns.open(null)) {
            final LinuxException refusal =
                    assertThrows(LinuxException.class, () -> Tap.create(netns, name, MAC, 1));

            assertTrue(refusal.getMessage().contains("is not valid"), refusal.getMessage());
        }
    }

    @Test
    void shouldSayWhichPrivilegeIsMissing() throws Exception {
        final String printed =
                ChildJvm.run(
                        List.of("setpriv", "--reuid", "65534", "--clear-groups"),
                        CreateTap.class,
                        "linuxnope");
        assumeTrue(printed.startsWith("tap"), () -> "no unprivileged process: " + printed);

        assertEquals(
                "tap 'linuxnope' in the switch's netns cannot be created: EPERM; run as root, or with the capabilities CAP_NET_ADMIN and CAP_SYS_ADMIN",
                printed);
    }
}
