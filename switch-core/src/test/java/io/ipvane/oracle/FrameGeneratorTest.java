// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Frames;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The generator of the live oracle, without a guest. */
class FrameGeneratorTest {
    private static final int COUNT = 3_000;

    private final List<OracleCase> cases = CaseList.generated(1, COUNT);

    @Test
    void shouldDrawTheSameCasesFromTheSameSeed() {
        assertEquals(cases, CaseList.generated(1, COUNT));
        assertNotEquals(cases, CaseList.generated(2, COUNT));
    }

    @Test
    void shouldDrawTheSameCaseHoweverManyThereAre() {
        final Map<String, OracleCase> byId = new HashMap<>();
        cases.forEach(oracleCase -> byId.put(oracleCase.id(), oracleCase));
        for (OracleCase oracleCase : CaseList.generated(1, 60)) {
            assertEquals(byId.get(oracleCase.id()), oracleCase);
        }
    }

    @Test
    void shouldMarkEveryFrameWithAMarkerOfItsOwn() {
        final Set<String> markers = new HashSet<>();
        for (OracleCase oracleCase : cases) {
            assertTrue(markers.add(oracleCase.marker()), oracleCase::toString);
            final String bytes = new String(oracleCase.frame(), StandardCharsets.ISO_8859_1);
            assertTrue(bytes.contains(oracleCase.marker()), oracleCase::toString);
        }
    }

    @Test
    void shouldFitTheMtu() {
        for (OracleCase oracleCase : cases) {
            final int tags = 4 * new FrameView(oracleCase.frame()).tags();
            assertTrue(oracleCase.frame().length <= 1514 + tags, oracleCase::toString);
        }
    }

    @Test
    void shouldDrawEveryKind() {
        final Map<String, Integer> kinds = new HashMap<>();
        for (OracleCase oracleCase : cases) {
            final FrameView view = new FrameView(oracleCase.frame());
            for (String kind : kinds(oracleCase, view)) {
                kinds.merge(kind, 1, Integer::sum);
            }
        }
        final List<String> wanted =
                List.of(
                        "l2",
                        "l3",
                        "bridge",
                        "private",
                        "vepa",
                        "c1",
                        "wire",
                        "group",
                        "tagged",
                        "double tagged",
                        "IPv4",
                        "IPv4 options",
                        "IPv4 malformed",
                        "IPv4 fragment",
                        "IPv4 trailer",
                        "IPv6",
                        "IPv6 extension",
                        "IPv6 length",
                        "solicitation",
                        "DAD probe",
                        "ARP",
                        "other type",
                        "foreign MAC",
                        "reflected",
                        "long");
        for (String kind : wanted) {
            assertTrue(kinds.getOrDefault(kind, 0) >= 10, kind + ": " + kinds);
        }
    }

    private static Set<String> kinds(OracleCase oracleCase, FrameView view) {
        final Set<String> all = new HashSet<>();
        all.add(oracleCase.network().mode());
        all.add(oracleCase.network().flag());
        all.add(oracleCase.from());
        when(view.isGroup(), "group", all);
        when(view.tags() > 0, "tagged", all);
        when(view.tags() > 1, "double tagged", all);
        when(oracleCase.frame().length > 500, "long", all);
        when(oracleCase.from().equals("wire") && view.sourceMac() == Frames.OWN, "reflected", all);
        when(!view.isGroup() && view.destinationMac() == Frames.OTHER, "foreign MAC", all);
        switch (view.type()) {
            case FrameView.IPV4 -> {
                all.add("IPv4");
                when(!view.isWellFormedIpv4(), "IPv4 malformed", all);
                when(view.headerLength() > 20, "IPv4 options", all);
                when(((view.l3Byte(6) & 0x3F) | view.l3Byte(7)) != 0, "IPv4 fragment", all);
                when(view.saidLength() < view.l3Length(), "IPv4 trailer", all);
            }
            case FrameView.IPV6 -> {
                all.add("IPv6");
                when(view.saidLength() != view.l3Length(), "IPv6 length", all);
                when(Set.of(0, 43, 44, 60).contains(view.nextHeader()), "IPv6 extension", all);
                when(view.target() != null, "solicitation", all);
                when(view.target() != null && view.isFromNobody(), "DAD probe", all);
            }
            case FrameView.ARP -> all.add("ARP");
            default -> all.add("other type");
        }
        return all;
    }

    private static void when(boolean holds, String kind, Set<String> all) {
        if (holds) {
            all.add(kind);
        }
    }
}
