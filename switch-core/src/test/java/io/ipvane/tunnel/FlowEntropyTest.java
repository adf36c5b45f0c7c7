// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Frames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Outer source ports: spec ENC-7. */
class FlowEntropyTest {
    private static final int FLOWS = 256;

    private final Wrap wrap = new Wrap(false, TunnelOptions.DEFAULT);

    @AfterEach
    void close() {
        wrap.close();
    }

    private void shouldSpread(String what, IntFunction<byte[]> frame) {
        final List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < FLOWS; i++) {
            ports.add(wrap.of(frame.apply(i)).sourcePort());
            assertEquals(ports.get(i), wrap.of(frame.apply(i)).sourcePort(), what);
        }
        assertTrue(Set.copyOf(ports).size() > 240, what + ": " + Set.copyOf(ports).size());
        assertTrue(ports.stream().allMatch(p -> p >= 32768 && p <= 60999), what);
    }

    @Test
    void shouldSpreadFlows() {
        shouldSpread("UDP ports", i -> Frames.udp4().ports(20000 + i, 53).build());
        shouldSpread("IPv6", i -> Frames.udp6().ports(4000, 20000 + i).build());
        shouldSpread("addresses", i -> Frames.udp4().ips("10.0.0." + i, "10.9.0.1").build());
        shouldSpread("options", i -> Frames.udp4().options(8).ports(20000 + i, 53).build());
        shouldSpread(
                "MAC addresses",
                i -> Frames.ethernet(0x88B5, new byte[46]).macs(Frames.OWN, 0x0200 + i).build());
        shouldSpread("TCP", i -> Frames.patch(Frames.udp4().ports(i, 80).build(), 23, 6));
    }

    @Test
    void shouldGiveAllFragmentsOfADatagramOnePort() {
        for (int i = 0; i < 40; i++) {
            final Frames any = Frames.udp4().id(500 + i).ips("10.0.0." + i, Frames.C1_4);
            final int first = wrap.of(any.ports(i, 53).fragment(0x2000).build()).sourcePort();
            final int later = wrap.of(any.ports(7, 9999).fragment(0x0010).build()).sourcePort();
            assertEquals(first, later);
        }
    }

    @Test
    void shouldGiveAllFragmentsOverIpv6OnePort() {
        assertEquals(
                wrap.of(fragment6(0x0001, 1234)).sourcePort(),
                wrap.of(fragment6(0x0100, 4321)).sourcePort());
    }

    private static byte[] fragment6(int word, int port) {
        final byte[] frame = Frames.udp6().payload(new byte[16]).ports(port, port).build();
        final ByteBuffer out = ByteBuffer.allocate(frame.length + 8);
        out.put(frame, 0, 54).put((byte) 17).put((byte) 0).putShort((short) word).putInt(77);
        out.put(frame, 54, frame.length - 54);
        out.putShort(18, (short) (out.capacity() - 54)).put(20, (byte) 44);
        return out.array();
    }

    @Test
    void shouldLookBehindExtensionHeaders() {
        final Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            final byte[] frame = fragment6(0, 100 + i);
            frame[20] = 60;
            ports.add(wrap.of(frame).sourcePort());
        }
        assertTrue(ports.size() > 45);
    }

    @Test
    void shouldUseNoMoreThanTheRangeThatIsAskedFor() {
        final TunnelOptions narrow =
                new TunnelOptions(
                        4789,
                        64,
                        0,
                        TunnelOptions.DontFragment.UNSET,
                        0,
                        TunnelOptions.Checksum.AUTO,
                        false,
                        true,
                        false,
                        false,
                        5000,
                        5003);
        final Set<Integer> ports = new HashSet<>();
        try (Wrap few = new Wrap(true, narrow)) {
            for (int i = 0; i < 200; i++) {
                ports.add(few.of(Frames.udp4().ports(i, 53).build()).sourcePort());
            }
        }
        assertEquals(Set.of(5000, 5001, 5002, 5003), ports);
    }
}
