// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Frames;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What the kernel's tunnel device did with each of the frames of {@code vxlan/observed-6.18.txt},
 * lines R, is what ours does: delivered with the same inner type of service, or dropped. Ours
 * counts every drop (spec F18), which the kernel does for some.
 */
class KernelDecapTest {
    private static final long DEVICE = 0x12A8_5811_5A45L;

    private final Map<String, byte[]> frames = new LinkedHashMap<>();

    private static byte[] inner() {
        return Frames.udp4().build();
    }

    private static byte[] inner(int tos) {
        return Frames.patch(inner(), 15, tos);
    }

    private void frame(String name, Outer outer, byte[] inner) {
        frames.put(name, outer.around(inner));
    }

    private static Outer flags(long word) {
        final Outer outer = Outer.v4();
        outer.vxlan = word;
        return outer;
    }

    private static Outer summed(Outer outer, int checksum) {
        outer.checksum = checksum;
        return outer;
    }

    private void frames() {
        frame("good vni42", Outer.v4(), inner());
        frame("good vni 0xabcdef", Outer.v4().vni(0xABCDEF), inner());
        frame("vni 0", Outer.v4().vni(0), inner());
        frame("I flag 0", flags(0x0000_0000_0000_2A00L), inner());
        frame("G bit 0x88 no gbp", flags(0x8800_0000_0000_2A00L), inner());
        frame("reserved byte1", flags(0x0801_0000_0000_2A00L), inner());
        frame("reserved last byte", flags(0x0800_0000_0000_2A01L), inner());
        frames.put("udp payload 4B", Outer.v4().raw(new byte[4]));
        frame("inner eth 10B", Outer.v4(), new byte[10]);
        frame("inner eth only 14B (ipv4 type, no payload)", Outer.v4(), Frames.resize(inner(), 14));
        frame("inner ipv4 5 bytes", Outer.v4(), Frames.resize(inner(), 19));
        frame("inner src == vx0 mac", Outer.v4(), Frames.udp4().macs(Frames.OWN, DEVICE).build());
        frame("inner src zero", Outer.v4(), Frames.udp4().macs(Frames.OWN, 0).build());
        frame(
                "inner src multicast",
                Outer.v4(),
                Frames.udp4().macs(Frames.OWN, Frames.GROUP4).build());
        frame("inner dst other", Outer.v4(), Frames.udp4().macs(Frames.OTHER, Frames.X).build());
        frame("inner 0x88b5", Outer.v4(), Frames.ethernet(0x88B5, new byte[46]).build());
        frame("inner arp", Outer.v4(), Frames.arpRequest(Frames.C1_4).build());
        frame("inner vlan", Outer.v4(), Frames.udp4().tag(5).build());
        final Outer port = Outer.v4();
        port.destinationPort = 4790;
        frame("wrong udp port 4790", port, inner());
        frame("udp csum good", summed(Outer.v4(), Outer.RIGHT), inner());
        frame("udp csum bad", summed(Outer.v4(), 0x1234), inner());
        frame("udp6 csum good", Outer.v6(), inner());
        frame("udp6 csum zero", summed(Outer.v6(), 0), inner());
        for (int outer = 0; outer < 4; outer++) {
            for (int inner = 0; inner < 4; inner++) {
                final Outer around = Outer.v4();
                around.tos = outer;
                frame("ecn outer" + outer + " inner" + inner, around, inner(0x28 | inner));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeWhatTheKernelTakes() {
        frames();
        final Map<String, String> seen = ObservedVxlan.received();
        // A device that is down receives nothing: a port of a tunnel that is not there is no test.
        seen.remove("device down");
        assertEquals(frames.keySet(), seen.keySet());
        return frames.entrySet().stream()
                .map(
                        e ->
                                DynamicTest.dynamicTest(
                                        e.getKey(),
                                        () -> compare(e.getValue(), seen.get(e.getKey()))));
    }

    private static void compare(byte[] frame, String seen) {
        try (Split split = new Split(Split.tunnel(TunnelOptions.DEFAULT, DEVICE, null))) {
            final String fate = split.fate(frame);
            if (seen.equals("DROP")) {
                assertTrue(fate.startsWith("vxlan_") || fate.equals("stays"), fate);
                return;
            }
            assertEquals("in", fate, seen);
            if (seen.contains("tos=")) {
                final byte[] inner = split.came.getFirst().bytes();
                final boolean tagged = inner[12] == (byte) 0x81;
                final String tos = "tos=%02x".formatted(inner[tagged ? 19 : 15]);
                assertTrue(seen.contains(tos), seen + " but " + tos);
            }
        }
    }
}
