// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import static io.ipvane.burst.Facts.DISCARD;
import static io.ipvane.burst.Facts.GROUP;
import static io.ipvane.burst.Facts.IP;
import static io.ipvane.burst.Facts.KNOWN;
import static io.ipvane.burst.Facts.OWN_DEST;
import static io.ipvane.burst.Facts.OWN_SOURCE;
import static io.ipvane.burst.Facts.SAME_MAC;
import static io.ipvane.burst.Facts.SOLICIT;
import static io.ipvane.burst.Facts.SOURCE_KNOWN;
import static io.ipvane.burst.Facts.SPOOFED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Facts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every place where our rules leave the kernel's, each with its rule id. */
class ImprovedRulesTest {
    private static final IpvlanOptions IMPROVED = IpvlanOptions.of(Compat.IMPROVED);
    private static final int GROUP_FROM_PORT = GROUP | OWN_SOURCE | SOURCE_KNOWN;

    private static IpvlanRules rules(Mode mode, IpvlanFlag flag) {
        return IpvlanRules.of(mode, flag, IMPROVED);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldDropUnicastFromTheWireToAForeignMac_RX2(Mode mode) {
        assertEquals(
                Verdict.drop(IpvlanDrop.STRICT_MAC),
                rules(mode, IpvlanFlag.BRIDGE).fromUplink(KNOWN | IP));
        assertEquals(
                Verdict.drop(IpvlanDrop.STRICT_MAC),
                rules(mode, IpvlanFlag.BRIDGE).fromUplink(KNOWN | SOLICIT));
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldDropWhatAPortSendsFromAnAddressNotItsOwn_TX6(Mode mode) {
        for (IpvlanFlag flag : IpvlanFlag.values()) {
            for (int facts = 0; facts <= Facts.MASK; facts++) {
                if ((facts & SPOOFED) != 0 && (facts & DISCARD) == 0) {
                    assertEquals(
                            Verdict.drop(IpvlanDrop.ANTISPOOF), rules(mode, flag).fromPort(facts));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldDropWhatParseDiscardsFromEverySide_F28(Mode mode) {
        for (IpvlanFlag flag : IpvlanFlag.values()) {
            for (int facts = 0; facts <= Facts.MASK; facts++) {
                if ((facts & DISCARD) != 0) {
                    assertEquals(Verdict.DROP, rules(mode, flag).fromPort(facts));
                    assertEquals(Verdict.DROP, rules(mode, flag).fromUplink(facts));
                    assertEquals(Verdict.DROP, rules(mode, flag).fromHost(facts));
                }
            }
        }
    }

    @Test
    void shouldKeepGroupFramesFromPrivateSiblings_F2() {
        assertEquals(
                Verdict.WIRE_AND_PUNT,
                rules(Mode.L2, IpvlanFlag.PRIVATE).fromPort(GROUP_FROM_PORT | IP));
    }

    @Test
    void shouldNeverBringAPrivatePortsFrameToASibling_F2() {
        for (Mode mode : Mode.values()) {
            for (int facts = 0; facts <= Facts.MASK; facts++) {
                final int code = rules(mode, IpvlanFlag.PRIVATE).fromPort(facts);
                assertNotEquals(Verdict.DELIVER, code);
                assertNotEquals(Verdict.FLOOD_AND_WIRE, code);
                assertNotEquals(Verdict.FLOOD_WIRE_AND_PUNT, code);
            }
        }
    }

    @Test
    void shouldBringGroupFramesOfAPortToTheHostToo_F3() {
        assertEquals(
                Verdict.FLOOD_WIRE_AND_PUNT,
                rules(Mode.L2, IpvlanFlag.BRIDGE).fromPort(GROUP_FROM_PORT | SOLICIT));
    }

    @Test
    void shouldLeaveTheHostsCopyToTheRelayUnderVepa_RX8() {
        assertEquals(
                Verdict.FLOOD_AND_WIRE,
                rules(Mode.L2, IpvlanFlag.VEPA).fromPort(GROUP_FROM_PORT | SOLICIT));
        assertEquals(Verdict.PUNT, rules(Mode.L2, IpvlanFlag.VEPA).fromUplink(GROUP | OWN_SOURCE));
    }

    @Test
    void shouldDeliverHostFramesToPortsInL2_F3() {
        for (IpvlanFlag flag : new IpvlanFlag[] {IpvlanFlag.BRIDGE, IpvlanFlag.PRIVATE}) {
            final IpvlanRules rules = rules(Mode.L2, flag);
            assertEquals(
                    Verdict.DELIVER, rules.fromHost(KNOWN | IP | SAME_MAC | OWN_SOURCE | OWN_DEST));
            assertEquals(Verdict.FLOOD_AND_WIRE, rules.fromHost(GROUP | OWN_SOURCE | SOLICIT));
            assertEquals(Verdict.WIRE, rules.fromHost(KNOWN | IP | OWN_SOURCE));
            assertEquals(Verdict.WIRE, rules.fromHost(IP | OWN_SOURCE));
        }
    }

    @Test
    void shouldSendHostUnicastByTheWireUnderVepa() {
        final IpvlanRules rules = rules(Mode.L2, IpvlanFlag.VEPA);
        assertEquals(Verdict.WIRE, rules.fromHost(KNOWN | IP | SAME_MAC | OWN_SOURCE | OWN_DEST));
        assertEquals(Verdict.FLOOD_AND_WIRE, rules.fromHost(GROUP | OWN_SOURCE));
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"L3", "L3S"})
    void shouldDeliverHostPacketsToPortsAndAnswerItsQuestionsInL3_F3(Mode mode) {
        for (IpvlanFlag flag : IpvlanFlag.values()) {
            final IpvlanRules rules = rules(mode, flag);
            assertEquals(Verdict.RESPOND, rules.fromHost(GROUP | KNOWN | SOLICIT | OWN_SOURCE));
            assertEquals(
                    Verdict.RESPOND, rules.fromHost(GROUP | KNOWN | IP | SOLICIT | OWN_SOURCE));
            assertEquals(Verdict.DELIVER, rules.fromHost(KNOWN | IP | OWN_SOURCE));
            assertEquals(Verdict.WIRE, rules.fromHost(GROUP | SOLICIT | OWN_SOURCE));
            assertEquals(Verdict.WIRE, rules.fromHost(IP | OWN_SOURCE));
            assertEquals(Verdict.WIRE, rules.fromHost(KNOWN | OWN_SOURCE));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"L3", "L3S"})
    void shouldAnswerForPortsOnTheWireInL3_RX15(Mode mode) {
        final IpvlanRules rules = rules(mode, IpvlanFlag.BRIDGE);
        assertEquals(Verdict.RESPOND, rules.fromUplink(GROUP | KNOWN | SOLICIT));
        assertEquals(Verdict.RESPOND, rules.fromUplink(GROUP | KNOWN | IP | SOLICIT));
        assertEquals(Verdict.RESPOND, rules.fromUplink(OWN_DEST | KNOWN | SOLICIT));
        assertEquals(
                Verdict.PUNT, rules.fromUplink(GROUP | SOLICIT), "the host answers for itself");
    }

    @Test
    void shouldPuntArpRepliesToAPortsAddressInL3ForTheSwitchAsked() {
        assertEquals(Verdict.PUNT, rules(Mode.L3, IpvlanFlag.BRIDGE).fromUplink(OWN_DEST | KNOWN));
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"L3", "L3S"})
    void shouldAnswerAPortsQuestionsInL3WhateverTheTarget_TX34(Mode mode) {
        for (IpvlanFlag flag : IpvlanFlag.values()) {
            final IpvlanRules rules = rules(mode, flag);
            assertEquals(Verdict.RESPOND, rules.fromPort(GROUP_FROM_PORT | SOLICIT));
            assertEquals(Verdict.RESPOND, rules.fromPort(GROUP_FROM_PORT | KNOWN | SOLICIT));
            assertEquals(Verdict.RESPOND, rules.fromPort(GROUP_FROM_PORT | IP | SOLICIT));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"L3", "L3S"})
    void shouldNotBringOtherArpOfAPortHomeInL3_COR18(Mode mode) {
        assertEquals(
                Verdict.drop(IpvlanDrop.L3_NONIP),
                rules(mode, IpvlanFlag.BRIDGE).fromPort(GROUP_FROM_PORT | KNOWN),
                "a gratuitous reply names its own sender");
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldTellOwnGroupFramesByTheirMacAlone_RX9(Mode mode) {
        final IpvlanRules rules = rules(mode, IpvlanFlag.BRIDGE);
        for (int facts = 0; facts <= Facts.MASK; facts++) {
            // Beside OWN_DEST it is an answer to a probe, which a relay brings back on purpose.
            final int asked = facts & (GROUP | OWN_SOURCE | OWN_DEST | DISCARD);
            if (asked == (GROUP | OWN_SOURCE)) {
                assertEquals(Verdict.PUNT, rules.fromUplink(facts));
            }
        }
    }

    @Test
    void shouldStillDeliverHairpinnedUnicast_R26() {
        final int facts = OWN_DEST | OWN_SOURCE | SOURCE_KNOWN | KNOWN | IP;
        assertEquals(Verdict.DELIVER, rules(Mode.L2, IpvlanFlag.VEPA).fromUplink(facts));
        assertEquals(Verdict.DELIVER, rules(Mode.L3, IpvlanFlag.VEPA).fromUplink(facts));
    }

    @Test
    void shouldObeySingleOptionsUnderKernelCompat() {
        final int own = SAME_MAC | OWN_SOURCE | OWN_DEST;
        assertEquals(
                Verdict.drop(IpvlanDrop.STRICT_MAC),
                kernelWith(true, false, false, false, false).fromUplink(KNOWN | IP));
        assertEquals(
                Verdict.drop(IpvlanDrop.ANTISPOOF),
                kernelWith(false, false, true, false, false).fromPort(SPOOFED | IP));
        assertEquals(
                Verdict.WIRE, kernelWith(false, false, false, true, false).fromPort(GROUP | IP));
        assertEquals(
                Verdict.WIRE_AND_PUNT,
                kernelWith(false, false, false, true, true).fromPort(GROUP | IP));
        assertEquals(
                Verdict.FLOOD_WIRE_AND_PUNT,
                kernelWith(false, false, false, false, true).fromPort(GROUP | IP));
        assertEquals(
                Verdict.DELIVER,
                kernelWith(false, false, false, false, true).fromHost(own | KNOWN | IP));
        final IpvlanOptions responder =
                IpvlanOptions.TABLE.with(
                        IpvlanOptions.of(Compat.KERNEL), IpvlanOptions.ARP_RESPONDER, true);
        assertEquals(
                Verdict.RESPOND,
                IpvlanRules.of(Mode.L3, IpvlanFlag.BRIDGE, responder)
                        .fromUplink(GROUP | KNOWN | SOLICIT));
    }

    private static IpvlanRules kernelWith(
            boolean strictMac,
            boolean arpResponder,
            boolean antispoof,
            boolean privateConfinesGroups,
            boolean hostReachesPorts) {
        IpvlanOptions options = IpvlanOptions.of(Compat.KERNEL);
        options = IpvlanOptions.TABLE.with(options, IpvlanOptions.STRICT_MAC, strictMac);
        options = IpvlanOptions.TABLE.with(options, IpvlanOptions.ARP_RESPONDER, arpResponder);
        options = IpvlanOptions.TABLE.with(options, IpvlanOptions.ANTISPOOF, antispoof);
        options =
                IpvlanOptions.TABLE.with(
                        options, IpvlanOptions.PRIVATE_CONFINES_GROUPS, privateConfinesGroups);
        options =
                IpvlanOptions.TABLE.with(
                        options, IpvlanOptions.HOST_REACHES_PORTS, hostReachesPorts);
        return IpvlanRules.of(Mode.L2, IpvlanFlag.PRIVATE, options);
    }

    /** Nobody else would: the sibling is deaf, and the wire does not know it. */
    @ParameterizedTest
    @EnumSource(IpvlanFlag.class)
    void shouldAnswerAPortInL2ForASiblingThatIsRouted(IpvlanFlag flag) {
        final IpvlanRules l2 = rules(Mode.L2, flag);
        final IpvlanRules toRouted = IpvlanRules.toRouted(flag, IMPROVED);
        final int question = KNOWN | SOLICIT;
        for (int facts = 0; facts <= Facts.MASK; facts++) {
            final boolean asks = (facts & (question | SPOOFED | DISCARD)) == question;
            assertEquals(asks ? Verdict.RESPOND : l2.fromPort(facts), toRouted.fromPort(facts));
            assertEquals(l2.fromUplink(facts), toRouted.fromUplink(facts));
            assertEquals(l2.fromHost(facts), toRouted.fromHost(facts));
        }
    }

    @Test
    void shouldLeaveQuestionsToTheirPortsWhereTheResponderIsOff() {
        final IpvlanOptions kernel = IpvlanOptions.of(Compat.KERNEL);
        for (IpvlanFlag flag : IpvlanFlag.values()) {
            for (int facts = 0; facts <= Facts.MASK; facts++) {
                assertEquals(
                        IpvlanRules.of(Mode.L2, flag, kernel).fromPort(facts),
                        IpvlanRules.toRouted(flag, kernel).fromPort(facts));
            }
        }
    }

    @Test
    void shouldKeepTheKernelsL2UnicastFromPortsAsItIs() {
        for (IpvlanFlag flag : IpvlanFlag.values()) {
            final IpvlanRules kernel =
                    IpvlanRules.of(Mode.L2, flag, IpvlanOptions.of(Compat.KERNEL));
            for (int facts = 0; facts <= Facts.MASK; facts++) {
                if ((facts & (GROUP | SPOOFED)) == 0) {
                    assertEquals(kernel.fromPort(facts), rules(Mode.L2, flag).fromPort(facts));
                }
            }
        }
    }

    @Test
    void shouldNeverAnswerOutcomesOfThePipeline() {
        for (Mode mode : Mode.values()) {
            for (IpvlanFlag flag : IpvlanFlag.values()) {
                final IpvlanRules rules = rules(mode, flag);
                for (int facts = 0; facts <= Facts.MASK; facts++) {
                    assertTrue(isAnswer(rules.fromPort(facts)));
                    assertTrue(isAnswer(rules.fromUplink(facts)));
                    assertTrue(isAnswer(rules.fromHost(facts)));
                }
            }
        }
    }

    private static boolean isAnswer(int answer) {
        return Verdict.code(answer) == Verdict.DROP || answer < Verdict.RESOLVE;
    }
}
