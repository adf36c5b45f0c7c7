// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ipvane.config.SwitchConfig;
import io.ipvane.dpdk.DpdkException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolSizesTest {
    private static PoolSizes sizes(String uplinks, Map<String, Integer> interfaces) {
        return PoolSizes.of(
                SwitchConfig.parse("uplinks: [ " + uplinks + " ]\n", "test"),
                name -> {
                    final Integer mtu = interfaces.get(name);
                    return mtu == null ? OptionalInt.empty() : OptionalInt.of(mtu);
                });
    }

    @ParameterizedTest(name = "mtu {0}: {1} segments, {2} MB")
    @CsvSource({
        "68, 32768, 106",
        "1500, 32768, 106",
        "2026, 32768, 106",
        "2027, 34816, 110",
        "9000, 40960, 124",
        "9216, 40960, 124",
        "65535, 98304, 254"
    })
    void shouldFollowFromTheMtu(int mtu, int frames, long megabytes) {
        final PoolSizes sizes =
                sizes("{ name: wan0, device: \"vdev:net_null0\", mtu: " + mtu + " }", Map.of());
        assertEquals(new PoolSizes(mtu, "wan0", frames, 511), sizes);
        assertEquals(megabytes, sizes.megabytes());
    }

    @Test
    void shouldTakeTheLargestMtuOfAll() {
        final PoolSizes sizes =
                sizes(
                        "{ name: a, device: \"tap:t\", mtu: 1400 },"
                                + " { name: b, device: \"af_packet:jumbo\" },"
                                + " { name: c, device: \"af_xdp:jumbo2\", mtu: 4000 },"
                                + " { name: d, device: \"af_packet:absent\" }",
                        Map.of("jumbo", 9000, "jumbo2", 9216));
        assertEquals(9000, sizes.mtu());
        assertEquals("b", sizes.uplink());
    }

    @Test
    void shouldRefuseMoreThanThereIs() {
        final PoolSizes sizes = new PoolSizes(65_535, "wan0", 98_304, 511);
        assertEquals(
                "the frame pools take 254 MB for mtu=65535 of uplink 'wan0' (98304 segments of 2048"
                        + " bytes), and 200 MB of memory are free; lower that mtu, or give the"
                        + " switch more memory",
                assertThrows(
                                DpdkException.class,
                                () ->
                                        FramePools.refuseMoreThanThereIs(
                                                sizes, OptionalLong.of(200L << 20)))
                        .getMessage());
        assertDoesNotThrow(
                () -> FramePools.refuseMoreThanThereIs(sizes, OptionalLong.of(254L << 20)));
        assertDoesNotThrow(() -> FramePools.refuseMoreThanThereIs(sizes, OptionalLong.empty()));
    }
}
