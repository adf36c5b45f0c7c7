// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.OWN;
import static io.ipvane.testing.Frames.X;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.testing.Frames;
import io.ipvane.testing.SwitchHarness;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests a and b and a plain port c on a whole switch, which knows of one MAC address only. */
class GuestSwitchTest {
    private static final long A = Guest.MAC;
    private static final long B = Guest.MAC2;
    private static final String A4 = "10.0.0.11";
    private static final String B4 = "10.0.0.12";
    private static final String C4 = "10.0.0.13";
    private static final String A6 = "fd00::11";
    private static final String B6 = "fd00::12";

    private static SwitchHarness network(String mode, ThreadPlan plan) {
        final SwitchHarness net =
                new SwitchHarness(
                        """
                        uplinks:
                          - name: wire
                            device: "vdev:net_null0"
                            mode: %s
                            host: { interface: master, addresses: ["10.0.0.1/24", "fd00::1/64"] }
                            neighbors: [ { address: 10.0.0.254, mac: "02:00:00:00:00:fe" } ]
                        ports:
                          - { name: a, uplink: wire, type: tap, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                          - { name: b, uplink: wire, type: tap, addresses: ["10.0.0.12/24", "fd00::12/64"] }
                          - { name: c, uplink: wire, type: tap, addresses: ["10.0.0.13/24", "fd00::13/64"] }
                        """
                                .formatted(mode),
                        plan,
                        Map.of("a", GuestMac.fixed(A), "b", GuestMac.learned()));
        // B says who it is, as a guest does when its interface comes up.
        net.device("b").inject(Messages.arp(1, BROADCAST, B, B, 0));
        net.run();
        net.transmitted();
        return net;
    }

    /** The frames that each device is given for one frame; none but its own names a guest's MAC. */
    private static Map<String, List<byte[]>> after(SwitchHarness net, String from, byte[] frame) {
        net.device(from).inject(frame);
        net.run();
        final Map<String, List<byte[]>> all = net.transmitted();
        all.forEach(
                (name, frames) ->
                        frames.forEach(
                                bytes -> {
                                    assertTrue(name.equals("a") || !names(bytes, A), name);
                                    assertTrue(name.equals("b") || !names(bytes, B), name);
                                }));
        return all;
    }

    private static boolean names(byte[] frame, long mac) {
        for (int at = 0; at + 6 <= frame.length; at++) {
            if (Arrays.equals(frame, Sums.mac(frame, at, mac))) {
                return true;
            }
        }
        return false;
    }

    private static byte[] only(Map<String, List<byte[]>> all, String name) {
        assertEquals(1, all.get(name).size(), name + " of " + all);
        return all.get(name).get(0);
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldLetGuestsFindAndReachEachOtherInL2(ThreadPlan plan) {
        try (SwitchHarness net = network("l2", plan)) {
            final Frames question = Frames.arpRequest(B4).ips(A4, B4);
            final Map<String, List<byte[]>> asked =
                    after(net, "a", question.macs(BROADCAST, A).build());
            for (String name : List.of("wire", "b", "c")) {
                assertArrayEquals(question.macs(BROADCAST, OWN).build(), only(asked, name), name);
            }
            final Frames answer = Frames.arpReply(A4).ips(B4, A4);
            assertArrayEquals(
                    answer.macs(A, OWN).build(),
                    only(after(net, "b", answer.macs(OWN, B).build()), "a"));
            final Frames data = Frames.udp4().ips(A4, B4);
            assertArrayEquals(
                    data.macs(B, OWN).build(),
                    only(after(net, "a", data.macs(OWN, A).build()), "b"));
            final Frames toPlain = Frames.udp4().ips(A4, C4);
            assertArrayEquals(
                    toPlain.macs(OWN, OWN).build(),
                    only(after(net, "a", toPlain.macs(OWN, A).build()), "c"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"l2", "l3"})
    void shouldLetGuestsReachTheWireAndBeReached(String mode) {
        try (SwitchHarness net = network(mode, ThreadPlan.RUN_TO_COMPLETION)) {
            final Frames out = Frames.udp4().ips(A4, Frames.X4);
            assertArrayEquals(
                    out.macs(X, OWN).build(),
                    only(
                            after(net, "a", out.macs(mode.equals("l2") ? X : OWN, A).build()),
                            "wire"));
            final Frames in = Frames.udp4().ips(Frames.X4, A4);
            assertArrayEquals(
                    in.macs(A, X).build(), only(after(net, "wire", in.macs(OWN, X).build()), "a"));
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadPlan.class)
    void shouldAnswerAGuestsQuestionsByItsOwnAddressInL3(ThreadPlan plan) {
        try (SwitchHarness net = network("l3", plan)) {
            for (String target : List.of(B4, Frames.X4, "10.0.0.1", "192.0.2.1")) {
                assertArrayEquals(
                        Frames.resize(Frames.arpReply(A4).macs(A, OWN).ips(target, A4).build(), 60),
                        only(
                                after(
                                        net,
                                        "a",
                                        Frames.arpRequest(target)
                                                .macs(BROADCAST, A)
                                                .ips(A4, target)
                                                .build()),
                                "a"),
                        target);
            }
            final byte[] solicitation =
                    Sums.icmpv6(
                            Sums.mac(
                                    Frames.solicitation(B6)
                                            .macs(0x3333_FF00_0012L, A)
                                            .ips(A6, "ff02::1:ff00:12")
                                            .build(),
                                    80,
                                    A));
            final byte[] advertisement = only(after(net, "a", solicitation), "a");
            assertArrayEquals(Sums.mac(advertisement, 0, A), advertisement);
            assertArrayEquals(Sums.mac(advertisement, 80, OWN), advertisement);
            assertArrayEquals(Sums.icmpv6(advertisement), advertisement);
        }
    }

    @Test
    void shouldCarryDhcpOfAGuest() {
        try (SwitchHarness net = network("l2", ThreadPlan.RUN_TO_COMPLETION)) {
            final byte[] discover = Sums.udp4(Messages.dhcpRequest(B, B, 0).build());
            net.device("b").inject(discover);
            net.run();
            final byte[] sent = only(net.transmitted(), "wire");
            assertArrayEquals(Sums.mac(sent, Messages.CHADDR, OWN), sent);
            assertArrayEquals(Sums.mac(sent, 6, OWN), sent);
            final Frames offer = Messages.dhcpReply(OWN, X, OWN, 0).ips(Frames.X4, "10.0.0.77");
            final byte[] got = only(after(net, "wire", Sums.udp4(offer.build())), "b");
            assertArrayEquals(Sums.mac(got, 0, B), got);
            assertArrayEquals(Sums.mac(got, Messages.CHADDR, B), got);
            assertArrayEquals(Sums.udp4(got), got);
        }
    }
}
