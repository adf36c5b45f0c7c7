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
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.burst.Facts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The kernel's behaviour as measured on Linux 6.1: rows of the differential matrix (t from a port,
 * r from the wire), and all facts against a second statement of the kernel's branches.
 */
class KernelRulesTest {
    private static final IpvlanOptions KERNEL = IpvlanOptions.of(Compat.KERNEL);

    /** A port's frame for its uplink's own MAC. */
    private static final String OWN = "SAME_MAC|OWN_SOURCE|OWN_DEST|SOURCE_KNOWN";

    /** A port's frame for a gateway's MAC. */
    private static final String GW = "OWN_SOURCE|SOURCE_KNOWN";

    private static final String BCAST = "GROUP|OWN_SOURCE|SOURCE_KNOWN";

    @ParameterizedTest(name = "{0} from a port")
    @CsvSource(
            delimiter = ';',
            value = {
                "t01 v4 own->c2;              "
                        + OWN
                        + "|KNOWN|IP; deliver; drop:private; wire; deliver; drop:private; route",
                "t02 v4 own->host IP;         "
                        + OWN
                        + "|IP;       punt; punt; wire; route; route; route",
                "t03 v4 own->unknown on-link; "
                        + OWN
                        + "|IP;       punt; punt; wire; route; route; route",
                "t04 v4 gw->c2;               "
                        + GW
                        + "|KNOWN|IP;  wire; wire; wire; deliver; drop:private; route",
                "t05 v4 gw->X;                "
                        + GW
                        + "|IP;        wire; wire; wire; route; route; route",
                "t07 v4 255.255.255.255;      "
                        + BCAST
                        + "|IP;     flood_and_wire; flood_and_wire; flood_and_wire; drop:l3_mcast; drop:l3_mcast; drop:l3_mcast",
                "t08 v4 224.1.2.3;            "
                        + BCAST
                        + "|IP;     flood_and_wire; flood_and_wire; flood_and_wire; drop:l3_mcast; drop:l3_mcast; drop:l3_mcast",
                "t09 ARP request for c2;      "
                        + BCAST
                        + "|KNOWN|SOLICIT; flood_and_wire; flood_and_wire; flood_and_wire; deliver; drop:private; drop:l3_nonip",
                "t10 ARP request for host;    "
                        + BCAST
                        + "|SOLICIT; flood_and_wire; flood_and_wire; flood_and_wire; drop:l3_nonip; drop:l3_nonip; drop:l3_nonip",
                "t12 ARP reply own to c2;     "
                        + OWN
                        + "|KNOWN;    deliver; drop:private; wire; deliver; drop:private; drop:l3_nonip",
                "t13 ARP reply gw;            "
                        + GW
                        + ";           wire; wire; wire; drop:l3_nonip; drop:l3_nonip; drop:l3_nonip",
                "t14 v6 own->c2;              "
                        + OWN
                        + "|KNOWN|IP; deliver; drop:private; wire; deliver; drop:private; route",
                "t16 NS for c2;               "
                        + BCAST
                        + "|IP|SOLICIT; flood_and_wire; flood_and_wire; flood_and_wire; drop:l3_mcast; drop:l3_mcast; drop:l3_mcast",
                "t17 DAD NS for c2;           GROUP|OWN_SOURCE|KNOWN|IP|SOLICIT|SOURCE_KNOWN; flood_and_wire; flood_and_wire; flood_and_wire; deliver; drop:private; drop:l3_mcast",
                "t18 DAD NS for unknown;      GROUP|OWN_SOURCE|IP|SOLICIT; flood_and_wire; flood_and_wire; flood_and_wire; drop:l3_mcast; drop:l3_mcast; drop:l3_mcast",
                "t20 0x88b5 own;              SAME_MAC|OWN_SOURCE|OWN_DEST; punt; punt; wire; drop:l3_nonip; drop:l3_nonip; drop:l3_nonip",
                "t21 0x88b5 gw;               OWN_SOURCE;           wire; wire; wire; drop:l3_nonip; drop:l3_nonip; drop:l3_nonip",
                "t22 0x88b5 broadcast;        GROUP|OWN_SOURCE;     flood_and_wire; flood_and_wire; flood_and_wire; drop:l3_nonip; drop:l3_nonip; drop:l3_nonip",
                "t23 PAUSE;                   GROUP|OWN_SOURCE|DISCARD; drop:parsed; drop:parsed; drop:parsed; drop:parsed; drop:parsed; drop:parsed",
                "t24 spoofed sMAC gw->X;      IP|SOURCE_KNOWN;      wire; wire; wire; route; route; route",
                "t25 spoofed sMAC own->c2;    OWN_DEST|KNOWN|IP|SOURCE_KNOWN; wire; wire; wire; deliver; drop:private; route",
                "t26 spoofed source IP gw->X; OWN_SOURCE|IP|SPOOFED; wire; wire; wire; route; route; route",
                "t27 malformed v4 own->c2;    SAME_MAC|OWN_SOURCE|OWN_DEST; punt; punt; wire; drop:l3_nonip; drop:l3_nonip; drop:l3_nonip",
                "t28 v4 own->self;            "
                        + OWN
                        + "|KNOWN|IP; deliver; drop:private; wire; deliver; drop:private; route",
                "t29 broadcast MAC, IP c2;    "
                        + BCAST
                        + "|KNOWN|IP; flood_and_wire; flood_and_wire; flood_and_wire; deliver; drop:private; drop:l3_mcast",
                "COR-11 equal group MACs, c2; GROUP|SAME_MAC|KNOWN|IP; deliver; drop:private; flood_and_wire; deliver; drop:private; drop:l3_mcast"
            })
    void shouldDecideOnAPortsFrameAsMeasured(
            String row,
            String facts,
            String l2Bridge,
            String l2Private,
            String l2Vepa,
            String l3Bridge,
            String l3Private,
            String l3Vepa) {
        assertEquals(l2Bridge, fromPort(Mode.L2, IpvlanFlag.BRIDGE, facts), "l2 bridge");
        assertEquals(l2Private, fromPort(Mode.L2, IpvlanFlag.PRIVATE, facts), "l2 private");
        assertEquals(l2Vepa, fromPort(Mode.L2, IpvlanFlag.VEPA, facts), "l2 vepa");
        for (Mode mode : new Mode[] {Mode.L3, Mode.L3S}) {
            assertEquals(l3Bridge, fromPort(mode, IpvlanFlag.BRIDGE, facts), mode + " bridge");
            assertEquals(l3Private, fromPort(mode, IpvlanFlag.PRIVATE, facts), mode + " private");
            assertEquals(l3Vepa, fromPort(mode, IpvlanFlag.VEPA, facts), mode + " vepa");
        }
    }

    @ParameterizedTest(name = "{0} from the wire")
    @CsvSource(
            delimiter = ';',
            value = {
                "r01 v4 own->c1;            OWN_DEST|KNOWN|IP;         deliver; deliver; track",
                "r02 v4 own->host;          OWN_DEST|IP;               punt; punt; punt",
                "r04 v4 foreign MAC->c1;    KNOWN|IP;                  deliver; deliver; punt",
                "r05 v4 255.255.255.255;    GROUP|IP;                  flood_and_punt; punt; punt",
                "r06 broadcast MAC, IP c1;  GROUP|KNOWN|IP;            flood_and_punt; deliver; track",
                "r08 ARP request for c1;    GROUP|KNOWN|SOLICIT;       flood_and_punt; deliver; punt",
                "r09 ARP request for host;  GROUP|SOLICIT;             flood_and_punt; punt; punt",
                "r10 unicast ARP request;   OWN_DEST|KNOWN|SOLICIT;    deliver; deliver; punt",
                "r11 ARP reply to c1;       OWN_DEST|KNOWN;            deliver; deliver; punt",
                "r12 ARP reply to unknown;  OWN_DEST;                  punt; punt; punt",
                "r14 NS group for c1;       GROUP|IP|SOLICIT;          flood_and_punt; punt; punt",
                "r15 DAD NS for c1;         GROUP|KNOWN|IP|SOLICIT|SOURCE_KNOWN; flood_and_punt; deliver; punt",
                "r16 NS unicast to c1;      OWN_DEST|KNOWN|IP|SOLICIT; deliver; deliver; track",
                "r17 NA unicast to c1;      OWN_DEST|KNOWN|IP;         deliver; deliver; track",
                "r19 0x88b5 own;            OWN_DEST;                  punt; punt; punt",
                "r20 0x88b5 broadcast;      GROUP;                     flood_and_punt; punt; punt",
                "r21 PAUSE;                 GROUP|DISCARD;             punt; punt; punt",
                "r22 reflected broadcast;   GROUP|IP|OWN_SOURCE|SOURCE_KNOWN; punt; punt; punt",
                "r23 reflected ARP c1->c2;  GROUP|KNOWN|SOLICIT|OWN_SOURCE|SOURCE_KNOWN; punt; deliver; punt",
                "r24 reflected ARP probe;   GROUP|KNOWN|SOLICIT|OWN_SOURCE; flood_and_punt; deliver; punt",
                "r25 reflected DAD NS;      GROUP|KNOWN|IP|SOLICIT|OWN_SOURCE|SOURCE_KNOWN; punt; deliver; punt",
                "r26 hairpinned c1->c2;     OWN_DEST|OWN_SOURCE|KNOWN|IP|SOURCE_KNOWN; deliver; deliver; track",
                "r33 truncated ARP;         GROUP;                     flood_and_punt; punt; punt"
            })
    void shouldDecideOnAWireFrameAsMeasuredWhateverTheFlag(
            String row, String facts, String l2, String l3, String l3s) {
        for (IpvlanFlag flag : IpvlanFlag.values()) {
            assertEquals(l2, fromUplink(Mode.L2, flag, facts), "l2 " + flag);
            assertEquals(l3, fromUplink(Mode.L3, flag, facts), "l3 " + flag);
            assertEquals(l3s, fromUplink(Mode.L3S, flag, facts), "l3s " + flag);
        }
    }

    @Test
    void shouldEqualTheSecondStatementOfTheKernelOverAllFacts() {
        for (Mode mode : Mode.values()) {
            for (IpvlanFlag flag : IpvlanFlag.values()) {
                final IpvlanRules rules = IpvlanRules.of(mode, flag, KERNEL);
                final KernelBranches kernel = new KernelBranches(mode, flag);
                for (int facts = 0; facts <= Facts.MASK; facts++) {
                    final String where = mode + " " + flag + " 0x" + Integer.toHexString(facts);
                    assertEquals(
                            kernel.transmit(facts),
                            Verdict.describe(rules.fromPort(facts)),
                            where + " from a port");
                    assertEquals(
                            kernel.receive(facts),
                            Verdict.describe(rules.fromUplink(facts)),
                            where + " from the wire");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldPutEverythingFromTheHostOnTheWireAsTheKernelDoes(Mode mode) {
        for (IpvlanFlag flag : IpvlanFlag.values()) {
            final IpvlanRules rules = IpvlanRules.of(mode, flag, KERNEL);
            for (int facts = 0; facts <= Facts.MASK; facts++) {
                assertEquals(Verdict.WIRE, rules.fromHost(facts));
            }
        }
    }

    private static String fromPort(Mode mode, IpvlanFlag flag, String facts) {
        return Verdict.describe(IpvlanRules.of(mode, flag, KERNEL).fromPort(bits(facts)));
    }

    private static String fromUplink(Mode mode, IpvlanFlag flag, String facts) {
        return Verdict.describe(IpvlanRules.of(mode, flag, KERNEL).fromUplink(bits(facts)));
    }

    private static int bits(String names) {
        int bits = 0;
        for (String name : names.split("\\|", -1)) {
            bits |=
                    switch (name) {
                        case "KNOWN" -> KNOWN;
                        case "GROUP" -> GROUP;
                        case "SAME_MAC" -> SAME_MAC;
                        case "IP" -> IP;
                        case "OWN_SOURCE" -> OWN_SOURCE;
                        case "OWN_DEST" -> OWN_DEST;
                        case "SPOOFED" -> Facts.SPOOFED;
                        case "DISCARD" -> DISCARD;
                        case "SOLICIT" -> SOLICIT;
                        case "SOURCE_KNOWN" -> SOURCE_KNOWN;
                        default -> throw new IllegalArgumentException(name);
                    };
        }
        return bits;
    }
}
