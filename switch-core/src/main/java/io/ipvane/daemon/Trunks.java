// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.burst.FramePool;
import io.ipvane.config.DeviceSpec;
import io.ipvane.config.UplinkConfig;
import io.ipvane.device.Device;
import io.ipvane.device.VlanTrunk;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Devices that carry several uplinks, or one with a VLAN tag: each is opened once, by the first of
 * them. Main thread.
 */
final class Trunks {
    private final FramePool pool;
    private final Map<DeviceSpec, VlanTrunk> open = new HashMap<>();

    Trunks(FramePool pool) {
        this.pool = pool;
    }

    /** Whether a device has to be split for these uplinks. */
    static boolean isTrunk(DeviceSpec device, List<UplinkConfig> uplinks) {
        final List<UplinkConfig> on =
                uplinks.stream().filter(uplink -> uplink.device().equals(device)).toList();
        return on.size() > 1 || on.stream().anyMatch(uplink -> uplink.vlan().isPresent());
    }

    /**
     * What a device is asked for by all its uplinks: the largest MTU, unless one wants as much as
     * there is, and the most queues.
     */
    static UplinkConfig together(UplinkConfig first, List<UplinkConfig> uplinks) {
        final List<UplinkConfig> on =
                uplinks.stream().filter(uplink -> uplink.device().equals(first.device())).toList();
        return new UplinkConfig(
                first.name(),
                first.device(),
                first.vlan(),
                first.mode(),
                first.flag(),
                first.options(),
                on.stream().anyMatch(uplink -> uplink.mtu().isEmpty())
                        ? OptionalInt.empty()
                        : on.stream().mapToInt(uplink -> uplink.mtu().getAsInt()).max(),
                on.stream().flatMapToInt(uplink -> uplink.queues().stream()).max(),
                first.host(),
                first.routes(),
                first.neighbors());
    }

    /** Whether the device of an uplink is open. */
    boolean isOpen(UplinkConfig uplink) {
        return open.containsKey(uplink.device());
    }

    /**
     * The device of one uplink.
     *
     * @param index of the uplink
     * @param opener opens what they share; called for the first of them
     */
    Device join(UplinkConfig uplink, int index, Function<UplinkConfig, Device> opener) {
        return open.computeIfAbsent(
                        uplink.device(), spec -> new VlanTrunk(opener.apply(uplink), pool))
                .join(uplink.name(), uplink.vlan().orElse(VlanTrunk.UNTAGGED), index);
    }
}
