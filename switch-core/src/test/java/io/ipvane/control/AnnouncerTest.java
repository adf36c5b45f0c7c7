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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who hears of an address that appears or moves, and how fast (spec ADR-18, F17). */
class AnnouncerTest {
    private static final String NEW = "10.0.0.21";

    private static final long MILLI = 1_000_000;

    private final List<String> said = new ArrayList<>();
    private final AddressBook book = new AddressBook();
    private long now = -3;
    private int frames = 1;
    private final Announcer announcer =
            new Announcer(
                    (port, from, max, reader) ->
                            book.page(port, from, max, c -> reader.accept(c.address().address())),
                    this::send,
                    () -> now);

    private int send(int port, IpAddress address, boolean repeated) {
        if (frames > 0) {
            said.add(port + " " + address);
        }
        return frames;
    }

    private static IpAddress address(int i) {
        return IpAddress.ipv4(0x0A00_0000 + i);
    }

    private void have(int port, int count) {
        for (int i = 0; i < count; i++) {
            final IpPrefix one = new IpPrefix(address((port << 20) + i), 32);
            book.add(0, new AddressBook.Claim(port, one, AddressBook.Origin.CONFIG));
        }
    }

    private void pass(long millis) {
        for (long i = 0; i < millis; i++) {
            now += MILLI;
            announcer.tick();
        }
    }

    @Test
    void shouldPaceThousandsOfAddresses() {
        have(1, 3_000);
        for (int i = 0; i < 3_000; i++) {
            announcer.add(1, address((1 << 20) + i));
            announcer.tick();
        }
        assertEquals(Announcer.BURST, said.size());
        now += 100 * MILLI;
        while (announcer.tick() > 0) {
            // Until it has to wait.
        }
        assertTrue(said.size() <= 2 * Announcer.BURST, said.size() + " at once");
        pass(4_000);
        assertEquals(3_000, new HashSet<>(said).size(), "none is left out");
    }

    @Test
    void shouldSayAnAddressOnceThatWaits() {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < Announcer.NEWS_OF_PORT; i++) {
                announcer.add(1, address(i));
            }
        }
        pass(1_000);
        assertEquals(Announcer.NEWS_OF_PORT, said.size());
    }

    @Test
    void shouldNotKeepAMoveWaitingForAHundredThousandAddresses() {
        for (int port = 1; port <= 100; port++) {
            have(port, 1_000);
        }
        announcer.carrierBack(0, IntStream.rangeClosed(1, 100).boxed().toList());
        pass(500);
        for (int i = 0; i < 5_000; i++) {
            announcer.add(7, address(i));
        }
        announcer.add(8, address(1));
        said.clear();
        pass(10);
        assertTrue(said.contains("8 10.0.0.1"), said.toString());
        assertTrue(said.stream().anyMatch(a -> !a.startsWith("7 ") && !a.startsWith("8 ")));
        assertTrue(said.size() <= 10, said.size() + " in 10 ms");
    }

    @Test
    void shouldSayEverythingThreeTimesWhenACarrierIsBack() {
        have(1, 100);
        have(2, 3);
        announcer.carrierBack(0, List.of(1, 2));
        pass(900);
        assertEquals(103, said.size());
        pass(300);
        assertEquals(206, said.size());
        pass(1_500);
        assertEquals(206, said.size(), "the third comes two seconds after the second");
        pass(10_000);
        assertEquals(309, said.size());
    }

    @Test
    void shouldBeginAnewWhenTheCarrierFlapsMeanwhile() {
        have(1, 5_000);
        announcer.carrierBack(0, List.of(1));
        pass(3_000);
        said.clear();
        announcer.carrierBack(0, List.of(1));
        pass(100_000);
        assertEquals(5_000, new HashSet<>(said).size());
        assertTrue(said.size() >= 15_000 && said.size() < 15_200, said.size() + " in all");
    }

    @Test
    void shouldForgetAPortInTheMiddleOfARound() {
        have(1, 5_000);
        have(2, 5);
        announcer.carrierBack(0, List.of(1, 2));
        pass(500);
        book.of(1).forEach(c -> book.remove(0, 1, c.address().address()));
        announcer.forget(1);
        pass(8_000);
        assertEquals(15, said.stream().filter(a -> a.startsWith("2 ")).count(), "rounds go on");
        assertTrue(said.size() < 700, said.size() + " in all");
    }

    @Test
    void shouldBoundTheCopiesThatManyPortsGet() {
        have(1, 3_000);
        frames = 1_000;
        announcer.sweep(List.of(1));
        pass(1_000);
        assertTrue(said.size() >= 90 && said.size() <= 110, said.size() + " thousand frames");
    }

    @Test
    void shouldTryAgainWhereNoFrameCouldBeHad() {
        announcer.add(1, address(1));
        frames = Announcer.Sender.LATER;
        pass(10);
        assertEquals(List.of(), said);
        frames = 1;
        pass(1);
        assertEquals(List.of("1 10.0.0.1"), said);
    }

    @Test
    void shouldNotSpendItsPaceOnAddressesThatAreGone() {
        frames = 0;
        for (int i = 0; i < 200; i++) {
            announcer.add(1, address(i));
        }
        announcer.tick();
        frames = 1;
        announcer.add(2, address(5));
        announcer.tick();
        assertEquals(List.of("2 10.0.0.5"), said);
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

    /** Who was told, with the number of frames; all of them bear the shared MAC. */
    private static Map<String, Integer> told(SwitchHarness net) {
        final Map<String, Integer> told = new TreeMap<>();
        net.transmitted()
                .forEach(
                        (name, frames) -> {
                            for (byte[] frame : frames) {
                                assertEquals(
                                        "020000000001",
                                        Frames.hex(Arrays.copyOfRange(frame, 6, 12)),
                                        "the shared MAC");
                                told.merge(name, 1, Integer::sum);
                            }
                        });
        return told;
    }

    private static Map<String, Integer> each(int frames, String... names) {
        final Map<String, Integer> told = new TreeMap<>();
        Arrays.asList(names).forEach(name -> told.put(name, frames));
        return told;
    }

    @Test
    void shouldTellAllButTheOwnerOfAnAddressThatAppearsOrMoves() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED)) {
            add(net, "c1", NEW + "/24");
            assertEquals(each(1, "wire", "master", "c2", "c3"), told(net));
            add(net, "c2", NEW + "/24");
            assertEquals(Map.of(), told(net), "a duplicate has nothing");
            remove(net, "c1", NEW);
            assertEquals(each(1, "wire", "master", "c1", "c3"), told(net), "moved to c2");
            remove(net, "c2", NEW);
            add(net, "c3", "fd00::77/64");
            assertEquals(each(1, "wire", "master", "c1", "c2"), told(net));
            net.tell(new Command.PortLink(net.index("c3"), false));
            net.run();
            assertEquals(Map.of(), told(net));
            net.tell(new Command.PortLink(net.index("c3"), true));
            net.run();
            assertEquals(each(3, "wire", "master", "c1", "c2"), told(net), "all that c3 has");
        }
    }

    @Test
    void shouldTellOfAnAddressThatGoesToTheHostPortOrComesFromIt() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED)) {
            add(net, "c1", NEW + "/24");
            told(net);
            add(net, "master", NEW + "/24");
            assertEquals(each(1, "wire", "c1", "c2", "c3"), told(net), "the host goes before");
            remove(net, "master", NEW);
            assertEquals(each(1, "wire", "master", "c2", "c3"), told(net));
        }
    }

    @Test
    void shouldTellNoPortThatTheSwitchRoutesFor() {
        try (SwitchHarness net = SmallNetwork.of("l3", ThreadPlan.SHARED)) {
            add(net, "c1", NEW + "/24");
            assertEquals(each(1, "wire", "master"), told(net));
        }
    }

    @Test
    void shouldKeepPrivatePortsApart() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "flag: private")) {
            add(net, "c1", NEW + "/24");
            assertEquals(each(1, "wire", "master"), told(net));
            add(net, "master", "10.0.0.22/24");
            assertEquals(each(1, "wire", "c1", "c2", "c3"), told(net));
        }
    }

    @Test
    void shouldTellEverythingAgainWhenTheCarrierIsBack() {
        for (String mode : List.of("l2", "l3")) {
            try (SwitchHarness net = SmallNetwork.of(mode, ThreadPlan.SHARED)) {
                net.tell(new Command.UplinkLink(net.index("wire"), false));
                net.run();
                assertEquals(Map.of(), told(net));
                net.tell(new Command.UplinkLink(net.index("wire"), true));
                net.run();
                final Map<String, Integer> told = told(net);
                assertEquals(
                        8, told.get("wire"), mode + ": of host and three ports, both families");
                assertEquals("l2".equals(mode) ? 6 : null, told.get("c1"), mode);
            }
        }
    }

    /** It would take the address from whoever has it; optimistic addresses are tentative too. */
    @Test
    void shouldNotAnnounceAnAddressWhileItIsNotKnownToBeFree() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED)) {
            for (String port : List.of("c1", "master")) {
                final IpAddress address = IpAddress.parse("fd00::99");
                net.tell(new Command.AddressTried(net.index(port), address, false));
                add(net, port, "fd00::99/64");
                assertEquals(Map.of(), told(net), port);
                net.tell(new Command.AddressTried(net.index(port), address, true));
                net.run();
                assertEquals(1, told(net).get("wire"), port);
                net.tell(new Command.AddressTried(net.index(port), address, true));
                net.run();
                assertEquals(Map.of(), told(net), port);
                remove(net, port, "fd00::99");
                net.tell(new Command.AddressTried(net.index(port), address, false));
                remove(net, port, "fd00::99");
                add(net, port, "fd00::99/64");
                assertEquals(1, told(net).get("wire"), "the detection went with the address");
                remove(net, port, "fd00::99");
            }
        }
    }

    /** Whoever hears that a router is none forgets the routes by it. */
    @Test
    void shouldNotSayOfALinkLocalAddressThatItIsNoRouters() {
        try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED)) {
            add(net, "c1", "fe80::11/64");
            add(net, "c1", "fd00::99/64");
            final List<byte[]> frames = net.transmitted().get("wire");
            assertEquals((byte) 0xA0, frames.get(0)[58]);
            assertEquals((byte) 0x20, frames.get(1)[58]);
        }
    }

    @Test
    void shouldSayNothingWhereAskedToOrUnderTheKernelsRules() {
        for (String line : List.of("announce: false", "compat: kernel")) {
            try (SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, line)) {
                add(net, "c1", NEW + "/24");
                net.tell(new Command.UplinkLink(net.index("wire"), false));
                net.tell(new Command.UplinkLink(net.index("wire"), true));
                net.tell(new Command.UplinkMac(net.index("wire"), 0x0200_0000_0099L));
                net.run();
                assertEquals(Map.of(), told(net));
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
            final int frames = told(net).get("wire");
            assertTrue(frames >= 30 && frames <= 64 + millis + 1, frames + " in " + millis + " ms");
        }
    }
}
