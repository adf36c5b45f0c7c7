// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.dpdk.Mempool;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * How many segments the frame pools have: it follows from the largest MTU of the configuration.
 *
 * <p>A frame that is longer than a segment of {@value Mempool#DEFAULT_DATA_ROOM} bytes takes
 * several. So beside the {@value #LEAST} that any switch has there are {@value #LONG_FRAMES} for
 * each further segment of the longest frame: that many of these find room at a time when all others
 * are short ones.
 *
 * @param mtu the largest, in bytes
 * @param uplink whose it is
 * @param frames segments of the pool of all devices
 * @param large segments of 64 KiB, for what TAPs read beyond the first segment of a frame; where
 *     they run out, that is copied
 */
record PoolSizes(int mtu, String uplink, int frames, int large) {
    static final int LEAST = 32_768;
    static final int LONG_FRAMES = 2_048;

    private static final int LARGE = 511;
    private static final int DEFAULT_MTU = 1500;

    /** Ethernet header and two VLAN tags. */
    private static final int L2_BYTES = 14 + 8;

    /**
     * The sizes for a configuration.
     *
     * @param mtuOf the MTU that an interface has at the moment
     */
    static PoolSizes of(SwitchConfig config, Function<String, OptionalInt> mtuOf) {
        int largest = 0;
        String whose = "";
        for (UplinkConfig uplink : config.uplinks()) {
            final int mtu = mtu(uplink, mtuOf);
            if (mtu > largest) {
                largest = mtu;
                whose = uplink.name();
            }
        }
        return new PoolSizes(largest, whose, LEAST + LONG_FRAMES * (segments(largest) - 1), LARGE);
    }

    private static int mtu(UplinkConfig uplink, Function<String, OptionalInt> mtuOf) {
        final Optional<String> at = uplink.device().kernelInterface();
        return uplink.mtu()
                .orElseGet(() -> at.map(mtuOf).orElse(OptionalInt.empty()).orElse(DEFAULT_MTU));
    }

    /** Segments of a frame of this MTU. */
    private static int segments(int mtu) {
        return Math.max(
                1, (mtu + L2_BYTES + Mempool.DEFAULT_DATA_ROOM - 1) / Mempool.DEFAULT_DATA_ROOM);
    }

    /** Memory that both pools take, in MB. */
    long megabytes() {
        return Mempool.megabytes(frames, Mempool.DEFAULT_DATA_ROOM)
                + Mempool.megabytes(large, Mempool.MAX_DATA_ROOM);
    }
}
