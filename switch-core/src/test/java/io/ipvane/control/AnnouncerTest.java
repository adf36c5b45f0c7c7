// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who hears of an address that appears or moves, and how fast (spec ADR-18, F17). */
class AnnouncerTest {
    private static final String NEW = "10.0.0.21";

    private final List<IpAddress> said = new ArrayList<>();
    private long now = -3;
    private final Announcer announcer = new Announcer((uplink, a) -> said.add(a), () -> now);

    private static IpAddress address(int i) {
        return IpAddress.ipv4(0x0A00_0000 + i);
    }

    @Test
    void shouldPaceThousandsOfAddresses() {
        for (int i = 0; i < 3_000; i++) {
            announcer.add(0, address(i));
            announcer.tick();
        }
        assertEquals(Announcer.BURST, said.size());
        now += Duration.ofSeconds(1).toNanos() / 10;
        while (announcer.tick() > 0) {
            // Until it has to wait.
        }
        assertTrue(said.size() <= 2 * Announcer.BURST, said.size() + " at once");
        for (int i = 0; i < 3_000; i++) {
            now += 1_000_000;
            announcer.tick();
        }
        assertEquals(3_000, said.size());
        assertEquals(address(0), said.get(0));
        assertEquals(0, announcer.skipped());
    }

    @Test
    void shouldBoundWhatWaitsAndSayAnAddressOnce() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < Announcer.CAPACITY; i++) {
                announcer.add(0, address(i));
            }
        }
        assertEquals(Announcer.CAPACITY, announcer.skipped());
        for (int i = 0; i < 2 * Announcer.CAPACITY; i++) {
            now += 1_000_000;
            announcer.tick();
        }
        assertEquals(Announcer.CAPACITY, said.size());
    }

    @Test
    void shouldNotSpeakOfAnAddressThatIsGone() {
        announcer.add(0, address(1));
        announcer.add(0, address(2));
        announcer.remove(0, address(1));
        announcer.tick();
        assertEquals(List.of(address(2)), said);
    }

    private static void add(SwitchHarness net, String port, String address) {
        net.tell(
                new Command.AddressAdded(
                        net.index(port), IpPrefix.parseWithHostBits(address), false));
        net.run();
    }

    private static void remove(SwitchHarness net, String port, String address) {
        net.tell(new Command.AddressRemoved(net.index(port), IpAddress.parse(address)));
        net.run();
    }

    private static int onTheWireOnly(SwitchHarness net) {
        final Map<String, List<byte[]>> all = net.transmitted();
        all.forEach((name, frames) -> assertTrue("wire".equals(name) || frames.isEmpty(), name));
        for (byte[] frame : all.get("wire")) {
            assertEquals(
                    "020000000001", Frames.hex(Arrays.copyOfRange(frame, 6, 12)), "the shared MAC");
        }
        return all.get("wire").size();
    }

    @Test
    void shouldTellTheWireOfAnAddressThatAppearsOrMoves() {
        for (String mode : List.of("l2", "l3")) {
            try (SwitchHarness net = SmallNetwork.of(mode, ThreadPlan.SHARED)) {
                add(net, "c1", NEW + "/24");
                assertEquals(1, onTheWireOnly(net));
                add(net, "c2", NEW + "/24");
                assertEquals(0, onTheWireOnly(net), "a duplicate has nothing");
                remove(net, "c1", NEW);
                assertEquals(1, onTheWireOnly(net), "moved to c2");
                remove(net, "c2", NEW);
                add(net, "c3", "fd00::77/64");
                assertEquals(1, onTheWireOnly(net));
                net.tell(new Command.PortLink(net.index("c3"), false));
                net.run();
                assertEquals(0, onTheWireOnly(net));
                net.tell(new Command.PortLink(net.index("c3"), true));
                net.run();
                assertEquals(3, onTheWireOnly(net), "all that c3 has");
            }
        }
    }

    @Test
    void shouldSayNothingWhereAskedToOrUnderTheKernelsRules() {
        for (String line : List.of("announce: false", "compat: kernel")) {
            try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, line)) {
                add(net, "c1", NEW + "/24");
                assertEquals(0, onTheWireOnly(net));
            }
        }
    }

    @Test
    void shouldNotStorm() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED)) {
            final long start = System.nanoTime();
            for (int i = 0; i < 5_000; i++) {
                net.tell(
                        new Command.AddressAdded(
                                net.index("c1"), new IpPrefix(address(0x1_0000 + i), 16), false));
            }
            for (int turn = 0; turn < 30; turn++) {
                net.run();
            }
            final long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
            final int frames = onTheWireOnly(net);
            assertTrue(frames >= 30 && frames <= 64 + millis + 1, frames + " in " + millis + " ms");
        }
    }
}
