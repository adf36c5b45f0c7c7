// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.burst.FramePool;
import io.ipvane.config.DeviceSpec;
import io.ipvane.config.UplinkConfig;
import io.ipvane.device.Device;
import io.ipvane.device.VlanTrunk;
import io.ipvane.linux.Errno;
import io.ipvane.linux.InterfaceTakeover;
import io.ipvane.linux.LinuxException;
import io.ipvane.macnat.UplinkMac;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Devices that carry several uplinks, or one with a VLAN tag: each is opened once, by the first of
 * them, and closed with the last. Used by the thread that changes the switch.
 */
final class Trunks {
    /** What is open of one device. */
    private record Trunk(
            VlanTrunk device,
            UplinkMac mac,
            Optional<InterfaceTakeover> taken,
            Closers parts,
            Set<String> users) {}

    /** How a device is opened, with all that it needs; the device itself is no part of that. */
    interface Opener {
        Unit open(UplinkConfig together, Closers parts);
    }

    private final FramePool pool;
    private final Map<DeviceSpec, Trunk> open = new HashMap<>();

    /** Devices that carry one uplink without a tag, as they are. */
    private final Set<DeviceSpec> plain = new HashSet<>();

    Trunks(FramePool pool) {
        this.pool = pool;
    }

    /** Whether a device has to be split for these uplinks, or is. */
    boolean isTrunk(DeviceSpec device, List<UplinkConfig> uplinks) {
        final List<UplinkConfig> on =
                uplinks.stream().filter(uplink -> uplink.device().equals(device)).toList();
        return open.containsKey(device)
                || on.size() > 1
                || on.stream().anyMatch(uplink -> uplink.vlan().isPresent());
    }

    /**
     * What a device is asked for by all its uplinks: the largest MTU, unless one wants as much as
     * there is, and the most queues.
     */
    static UplinkConfig together(UplinkConfig first, List<UplinkConfig> uplinks) {
        final List<UplinkConfig> on =
                uplinks.stream().filter(uplink -> uplink.device().equals(first.device())).toList();
        return first.withMtuAndQueues(
                on.stream().anyMatch(uplink -> uplink.mtu().isEmpty())
                        ? OptionalInt.empty()
                        : on.stream().mapToInt(uplink -> uplink.mtu().getAsInt()).max(),
                on.stream().flatMapToInt(uplink -> uplink.queues().stream()).max());
    }

    /** Notes that a device is opened as it is, until {@code parts} are closed. */
    void plain(UplinkConfig uplink, Closers parts) {
        plain.add(uplink.device());
        parts.add("plain " + uplink.device(), () -> plain.remove(uplink.device()));
    }

    /**
     * The device of one uplink.
     *
     * @param all uplinks of the configuration
     * @param opener opens what they share; called for the first of them
     * @param parts gets what gives the uplink's share back
     */
    Unit join(UplinkConfig uplink, List<UplinkConfig> all, Opener opener, Closers parts) {
        if (plain.contains(uplink.device())) {
            throw new LinuxException(
                    Errno.EBUSY,
                    "uplink '"
                            + uplink.name()
                            + "': device '"
                            + uplink.device()
                            + "' carries one uplink without a VLAN since it was opened; delete that"
                            + " uplink and add both");
        }
        final Trunk trunk =
                open.computeIfAbsent(uplink.device(), spec -> open(uplink, all, opener));
        trunk.users.add(uplink.name());
        parts.add("share of " + uplink.device(), () -> leave(trunk, uplink));
        final int vid = uplink.vlan().orElse(VlanTrunk.UNTAGGED);
        final Device member =
                parts.add("device " + uplink.name(), trunk.device.join(uplink.name(), vid));
        return new Unit(
                member,
                trunk.mac,
                Math.min(uplink.mtu().orElse(member.mtu()), member.mtu()),
                Optional.empty(),
                Optional.empty(),
                Devices.watchable(uplink),
                // What the interface had spoke without a tag.
                uplink.vlan().isPresent() ? Optional.empty() : trunk.taken,
                place(trunk.device, vid),
                parts);
    }

    private static Place place(VlanTrunk trunk, int vid) {
        return new Place() {
            @Override
            public boolean isShared() {
                return true;
            }

            @Override
            public void take(int index) {
                trunk.place(vid, index);
            }

            @Override
            public Optional<Device> leave() {
                return trunk.leave(vid);
            }
        };
    }

    private Trunk open(UplinkConfig first, List<UplinkConfig> all, Opener opener) {
        final Closers parts = new Closers();
        try {
            final Unit unit = opener.open(together(first, all), parts);
            return new Trunk(
                    new VlanTrunk(unit.device(), pool),
                    unit.mac(),
                    unit.taken(),
                    parts,
                    new HashSet<>());
        } catch (RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    private void leave(Trunk trunk, UplinkConfig uplink) {
        trunk.users.remove(uplink.name());
        if (trunk.users.isEmpty()) {
            open.remove(uplink.device());
            trunk.parts.close();
        }
    }
}
