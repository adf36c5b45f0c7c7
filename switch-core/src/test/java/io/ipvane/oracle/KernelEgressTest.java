// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.ipvane.testing.Frames;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the live oracle has taught about packets that ports send in l3 under the kernel's rules. */
class KernelEgressTest {
    private static final String MARKER = "payload!";

    static Stream<byte[]> shouldDropAtThePort() {
        return Stream.of(
                // COR-12: to the kernel a tagged frame of a port is no IP.
                toX().ips(Frames.C1_4, Frames.C2_4).tag(0).build(),
                toX().tag(5).build(),
                // Neither sent nor asked for: the broadcast address of a connected network.
                toX().ips(Frames.C1_4, "10.0.0.255").build(),
                // COR-20
                toX().ips("127.0.0.1", Frames.X4).build(),
                toX().ips("224.1.2.3", Frames.X4).build(),
                toX().ips(Frames.C1_4, "0.0.0.0").build(),
                // COR-3: multicast listener report from nobody, to one station.
                Frames.icmp6(131, new byte[20])
                        .macs(Frames.X, Frames.OWN)
                        .ips("::", Frames.X6)
                        .build());
    }

    @ParameterizedTest
    @MethodSource
    void shouldDropAtThePort(byte[] frame) {
        final SwitchSide.Result result = run(frame);
        result.answer().seen().forEach((receiver, seen) -> assertEquals(List.of(), seen, receiver));
        assertEquals(1, result.answer().dropped());
        assertNull(result.asked());
    }

    @Test
    void shouldStillShowASiblingWhatComesFromAMartian() {
        final byte[] frame = toX().ips("127.0.0.1", Frames.C2_4).build();
        assertEquals(1, run(frame).answer().seenBy("c2").size());
    }

    private static Frames toX() {
        return Frames.udp4().macs(Frames.X, Frames.OWN).ips(Frames.C1_4, Frames.X4);
    }

    private static SwitchSide.Result run(byte[] frame) {
        final OracleCase.Network network = new OracleCase.Network("l3", "bridge", true);
        return SwitchSide.run(new OracleCase("one", network, "c1", MARKER, frame));
    }
}
