// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import io.ipvane.upcall.ControlMailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever sends from an address that the switch has not heard of yet, or no longer has. */
class NewSourcesTest {
    private static final String NEW_4 = "10.0.0.77";
    private static final String NEW_6 = "fd00::77";
    private static final int FRAMES = 60;

    /** The looks that were asked for: IPv6 addresses by port. */
    private final List<Map<Integer, Set<IpAddress>>> looks = new ArrayList<>();

    private SwitchHarness net;

    @AfterEach
    void nothingLeaks() {
        net.close();
    }

    private void start(String mode, ThreadPlan plan) {
        net = SmallNetwork.of(mode, plan, "announce: false");
        net.control().onLook((ticket, sources) -> looks.add(sources));
        for (String port : List.of("c1", "c2", "c3")) {
            net.control().told(net.index(port));
        }
        net.run();
    }

    private void add(String port, String address) {
        net.tell(
                new Command.AddressAdded(
                        net.index(port), IpPrefix.parseWithHostBits(address), false));
    }

    private void remove(String port, String address) {
        net.tell(new Command.AddressRemoved(net.index(port), IpAddress.parse(address)));
    }

    private void looked(long ticket) {
        net.control().looked(ticket);
        net.run();
    }

    private static byte[] frame(String source, int number) {
        final boolean ipv4 = source.indexOf('.') > 0;
        return (ipv4
                        ? Frames.udp4().ips(source, Frames.C2_4)
                        : Frames.udp6().ips(source, Frames.C2_6))
                .macs(Frames.OWN, Frames.OWN)
                .payload(new byte[] {(byte) number})
                .build();
    }

    private void send(String port, String source, int from, int to) {
        for (int i = from; i < to; i++) {
            net.device(port).inject(frame(source, i));
        }
    }

    /** The numbers of the frames that c2 was given. */
    private List<Integer> arrived() {
        return net.transmitted().get("c2").stream().map(f -> (int) f[f.length - 1]).toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private long refused(String port) {
        return net.counter(port, IpvlanDrop.ANTISPOOF.column());
    }

    @ParameterizedTest
    @CsvSource({
        "l2, SHARED, 10.0.0.77",
        "l2, SHARED, fd00::77",
        "l3, SHARED, 10.0.0.77",
        "l3, PIPELINE, fd00::77",
        "l2, RUN_TO_COMPLETION, 10.0.0.77"
    })
    void shouldLookBeforeItRefusesASource(String mode, ThreadPlan plan, String source) {
        start(mode, plan);
        send("c1", source, 0, FRAMES);
        net.run();
        assertEquals(List.of(), arrived());
        assertEquals(1, looks.size());
        add("c1", source + (source.equals(NEW_4) ? "/24" : "/64"));
        looked(1);
        assertEquals(numbers(0, FRAMES), arrived());
        send("c1", source, FRAMES, FRAMES + 2);
        net.run();
        assertEquals(numbers(FRAMES, FRAMES + 2), arrived());
        assertEquals(0, refused("c1"));
        assertEquals(1, looks.size());
    }

    @Test
    void shouldAskTheKernelForAddressesOfIpv6() {
        start("l2", ThreadPlan.SHARED);
        send("c1", NEW_6, 0, 3);
        send("c3", NEW_4, 0, 3);
        net.run();
        assertEquals(List.of(Map.of(net.index("c1"), Set.of(IpAddress.parse(NEW_6)))), looks);
        looked(1);
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldRefuseASourceThatNobodyHasAfterTheLook(ThreadPlan plan) {
        start("l2", plan);
        send("c1", NEW_4, 0, 2);
        net.run();
        assertEquals(0, refused("c1"));
        looked(1);
        assertEquals(2, refused("c1"));
        assertEquals(List.of(), arrived());
        assertEquals(0, net.held());
    }

    @Test
    void shouldRefuseTheAddressOfASibling() {
        start("l2", ThreadPlan.SHARED);
        send("c1", Frames.C3_4, 0, 1);
        net.run();
        add("c1", Frames.C3_4 + "/24");
        looked(1);
        assertEquals(1, refused("c1"), "c3 was first");
    }

    @Test
    void shouldFollowAnAddressThatMovesToASibling() {
        start("l2", ThreadPlan.SHARED);
        add("c3", NEW_4 + "/24");
        net.run();
        send("c1", NEW_4, 0, FRAMES);
        net.run();
        remove("c3", NEW_4);
        add("c1", NEW_4 + "/24");
        looked(1);
        assertEquals(numbers(0, FRAMES), arrived());
        assertEquals(0, refused("c1"));
    }

    /** A look has seen what was there when it began; what came later waits for the next. */
    @Test
    void shouldLookAgainForWhatCameDuringALook() {
        start("l2", ThreadPlan.SHARED);
        send("c1", NEW_4, 0, 1);
        net.run();
        send("c1", NEW_4, 1, 2);
        net.run();
        assertEquals(1, looks.size());
        looked(1);
        assertEquals(2, looks.size());
        assertEquals(1, refused("c1"));
        add("c1", NEW_4 + "/24");
        looked(1);
        assertEquals(List.of(), arrived(), "that was the look before");
        looked(2);
        assertEquals(List.of(1), arrived());
    }

    @Test
    void shouldHoldAPortThatLiesToItsShare() {
        start("l2", ThreadPlan.SHARED);
        final int share = ControlMailbox.ASKED_A_PORT;
        for (int i = 0; i < 10 * share; i += FRAMES) {
            send("c1", NEW_4, 0, FRAMES);
            net.run();
        }
        final int beyond = (10 * share + FRAMES - 1) / FRAMES * FRAMES - share;
        assertEquals(beyond, refused("c1"), "refused at once");
        assertEquals(share, net.held());
        send("c3", NEW_6, 0, FRAMES);
        net.run();
        add("c3", NEW_6 + "/64");
        looked(1);
        looked(2);
        assertEquals(numbers(0, FRAMES), arrived(), "a sibling has its own");
        assertEquals(beyond + share, refused("c1"));
        final int before = looks.size();
        send("c1", NEW_4, 0, FRAMES);
        net.run();
        assertEquals(before, looks.size(), "it has no credit left");
        AddressRaceTest.ask(
                net,
                conductor -> {
                    conductor.secondOver();
                    return 0;
                });
        send("c1", NEW_4, 0, FRAMES);
        send("c1", NEW_4, 0, FRAMES);
        net.run();
        looked(looks.size());
        looked(looks.size());
        send("c1", NEW_4, 0, FRAMES);
        net.run();
        assertEquals(0, net.held());
        assertTrue(looks.size() <= before + 2, "a second forgives some: " + looks.size());
    }

    /** An interface that is not watched yet is about to tell all that it has. */
    @Test
    void shouldLetTheFirstFramesOfANewPortWaitForItsInterface() {
        net = SmallNetwork.of("l2", ThreadPlan.SHARED, "announce: false");
        net.control().onLook((ticket, sources) -> looks.add(sources));
        net.run();
        send("c1", NEW_4, 0, FRAMES);
        net.run();
        assertEquals(0, looks.size());
        add("c1", NEW_4 + "/24");
        net.control().told(net.index("c1"));
        net.run();
        looked(1);
        assertEquals(numbers(0, FRAMES), arrived());
    }

    @Test
    void shouldFreeWhatWaitsWhenItsPortGoes() {
        start("l2", ThreadPlan.SHARED);
        send("c1", NEW_4, 0, 5);
        net.run();
        send("c1", NEW_4, 0, 5);
        net.run();
        assertEquals(10, net.held());
        AddressRaceTest.ask(
                net,
                conductor -> {
                    conductor.remove(net.index("c1"));
                    return 0;
                });
        assertEquals(0, net.held());
    }

    /** Without a namespace there is nobody to look at: such a port is held to what is known. */
    @Test
    void shouldAskNothingAboutAPortWithoutAnInterface() {
        try (GuestNetwork guests = new GuestNetwork("l2", ThreadPlan.SHARED)) {
            net = SmallNetwork.of("l2", ThreadPlan.SHARED);
            guests.net.control().onLook((ticket, sources) -> looks.add(sources));
            final long before = guests.drops("g1", IpvlanDrop.ANTISPOOF);
            guests.receivers("g1", frame(NEW_4, 1));
            assertEquals(before + 1, guests.drops("g1", IpvlanDrop.ANTISPOOF));
            assertEquals(List.of(), looks);
        }
    }

    /** The news of a deletion may come before the last frames that were sent ahead of it. */
    @ParameterizedTest
    @ValueSource(strings = {"removed", "down", "gone"})
    void shouldTakeWhatWasSentBeforeItsAddressWasDeleted(String how) {
        start("l2", ThreadPlan.SHARED);
        add("c1", NEW_4 + "/24");
        net.run();
        for (int sent = 0; sent < 1_000; sent += 100) {
            send("c1", NEW_4, 0, 100);
        }
        switch (how) {
            case "removed" -> remove("c1", NEW_4);
            case "down" -> net.tell(new Command.PortLink(net.index("c1"), false));
            default -> {
                remove("c1", NEW_4);
                net.tell(new Command.InterfaceGone(net.index("c1")));
            }
        }
        for (int i = 0; i < 100; i++) {
            net.control().step();
        }
        net.run();
        assertEquals(1_000, arrived().size());
        assertEquals(0, refused("c1"));
        send("c1", NEW_4, 0, 3);
        net.run();
        looked(looks.size());
        assertEquals(3, refused("c1"), "and nothing that comes later");
    }

    @Test
    void shouldTakeNothingMoreFromAnAddressThatASiblingHasClaimedSince() {
        start("l2", ThreadPlan.SHARED);
        add("c1", NEW_4 + "/24");
        net.run();
        send("c1", NEW_4, 0, 3);
        remove("c1", NEW_4);
        add("c3", NEW_4 + "/24");
        net.control().step();
        net.run();
        looked(1);
        assertEquals(3, refused("c1"));
        send("c3", NEW_4, 7, 8);
        net.run();
        assertEquals(List.of(7), arrived());
    }
}
