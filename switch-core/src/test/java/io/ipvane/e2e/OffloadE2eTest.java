// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static io.ipvane.e2e.SwitchNetwork.SWITCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.e2e.Setup.Uplink;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a port's stack leaves to its device, over every kind of uplink. */
@Tag("e2e")
@ParameterizedClass(name = "{0}")
@MethodSource("uplinks")
record OffloadE2eTest(Setup setup) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_FRAME = 1514;
    private static SwitchNetwork network;

    static Stream<Setup> uplinks() {
        return Setup.all().filter(setup -> setup.plan() == Setup.Plan.SHARED);
    }

    @BeforeParameterizedClassInvocation
    static void start(Setup setup) {
        network = SwitchNetwork.start(setup, "l2");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try (SwitchNetwork ended = network) {
            network = null;
            ended.daemon().stop();
        }
    }

    private static double bytesAPacket(String direction) throws JsonProcessingException {
        final JsonNode stats =
                JSON.readTree(network.daemon().cli("-j", "stats", "blue").orFail().output()).get(0);
        return stats.get(direction + "Bytes").asDouble()
                / stats.get(direction + "Packets").asDouble();
    }

    @ParameterizedTest(name = "to {0}")
    @CsvSource({"10.0.0.12", "fd00::12"})
    void shouldExchangeLongFramesBetweenPortsInTheirOrder(String address)
            throws JsonProcessingException {
        final long before = reordered();
        network.iperf(BLUE, address).orFail();
        assertTrue(bytesAPacket("receive") > 3000, () -> "short frames to " + address);
        assertEquals(0, reordered() - before, () -> "frames out of order to " + address);
    }

    /** How often the stack of the sending port was shown that its frames had changed places. */
    private static long reordered() {
        final String[] lines =
                network.net()
                        .exec(BLUE, "cat", "/proc/net/netstat")
                        .orFail()
                        .output()
                        .split("\n", -1);
        final List<String> names = List.of(lines[0].split(" ", -1));
        return Long.parseLong(lines[1].split(" ", -1)[names.indexOf("TCPSACKReorder")]);
    }

    /**
     * The far end of an uplink TAP is a stack that takes long frames as they are; so is that of a
     * veth, unless the interface there can leave nothing to it.
     */
    @ParameterizedTest(name = "from {0} {1}")
    @CsvSource({
        "10.0.0.11, -b 200M", "fd00::11, -b 200M",
        "10.0.0.11, -u -b 20M -l 1000", "fd00::11, -u -b 20M -l 1000"
    })
    void shouldPutFramesOnTheWireThatAreFinished(String from, String traffic)
            throws JsonProcessingException {
        if (setup.uplink() == Uplink.AF_PACKET) {
            network.net().sendFinished(SWITCH, "up0");
        }
        final String[] options = traffic.split(" ", -1);
        final JsonNode wire =
                WireWatch.during(
                        network.net(),
                        OUTSIDE,
                        Stream.concat(
                                        Stream.of("iperf3", "-R", "-t", "1", "-c", from),
                                        Stream.of(options))
                                .toArray(String[]::new));
        assertEquals(0, wire.get("exit").asInt(), wire::toString);
        assertTrue(wire.get("frames").asInt() > 20, wire::toString);
        if (setup.uplink() != Uplink.TAP) {
            assertTrue(wire.get("longest").asInt() <= LONGEST_FRAME, wire::toString);
            assertEquals(0, wire.get("bad").asInt(), wire::toString);
        }
    }

    /** A kernel hands over its long frames in one, with a header that speaks of the inner ones. */
    @ParameterizedTest(name = "inside {0}")
    @CsvSource({"fd00::fe, fd00::11, ''", "10.0.0.254, 10.0.0.11, udpcsum"})
    void shouldCarryAKernelsTunnelThatItDoesNotEnd(String outside, String blue, String sum) {
        if (setup.uplink() != Uplink.AF_PACKET) {
            return;
        }
        try {
            tunnel(OUTSIDE, outside, blue, sum, "10.9.0.1/24");
            tunnel(BLUE, blue, outside, sum, "10.9.0.2/24");
            network.iperf(BLUE, "10.9.0.1").orFail();
            network.iperf(BLUE, "10.9.0.1", "-R").orFail();
        } finally {
            network.net().exec(OUTSIDE, "ip", "link", "del", "vx0");
            network.net().exec(BLUE, "ip", "link", "del", "vx0");
        }
    }

    private static void tunnel(String label, String from, String to, String sum, String address) {
        final String made =
                "ip link add vx0 type vxlan id 9 local %s remote %s dstport 4789 %s dev eth0"
                        .formatted(from, to, sum);
        network.net().exec(label, made.strip().split(" +")).orFail();
        network.net().address(label, "vx0", address);
        network.net().ip(label, "link", "set", "dev", "vx0", "up");
    }

    @Test
    void shouldCarryWhatAStackFinishesItself() {
        network.net().exec(BLUE, "ethtool", "-K", "eth0", "tx", "off").orFail();
        network.iperf(BLUE, "10.0.0.12").orFail();
        network.iperf(BLUE, "10.0.0.254").orFail();
        network.net().exec(BLUE, "ethtool", "-K", "eth0", "tx", "on", "tso", "on").orFail();
    }
}
