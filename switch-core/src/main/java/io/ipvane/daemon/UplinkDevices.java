// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.PortConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.Command;
import io.ipvane.control.ControlPlane;
import io.ipvane.daemon.Units.Placed;
import io.ipvane.device.Device;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the device of an uplink away and gives it another while its ports and its host port stay.
 * Used by the thread that changes the switch.
 */
final class UplinkDevices {
    private static final Logger LOG = LoggerFactory.getLogger(UplinkDevices.class);

    private final Units units;
    private final DeviceOpener devices;
    private final ControlPlane control;
    private final Placement placement;

    UplinkDevices(Units units, DeviceOpener devices, ControlPlane control, Placement placement) {
        this.units = units;
        this.devices = devices;
        this.control = control;
        this.placement = placement;
    }

    /** Takes the device away; what is on the uplink has no link. */
    void vacate(UplinkConfig config) {
        final Placed old = units.uplinks.get(config.name());
        placement.vacate(old);
        put(config, new Placed(old.index(), devices.absent(config, old.unit())));
    }

    /**
     * Gives an uplink that was vacated, or never had one, its device; ports and host port follow
     * its MTU, MAC and link.
     *
     * @param all uplinks of the configuration
     * @param members ports of the uplink
     * @return the unit of the device
     */
    Unit fill(UplinkConfig config, List<UplinkConfig> all, List<PortConfig> members) {
        final Placed absent = units.uplinks.get(config.name());
        final int index = absent.index();
        final Unit unit = devices.uplink(config, all).withMac(absent.unit().mac());
        try {
            placement.vacate(absent);
            put(config, new Placed(index, unit));
        } catch (RuntimeException | Error e) {
            unit.close();
            put(config, absent);
            throw e;
        }
        control.changeUplink(index, config, unit.device().maxMtu(), units.byIndex(members));
        control.put(new Command.UplinkMtu(index, unit.mtu()));
        control.put(new Command.UplinkMac(index, unit.device().mac()));
        control.put(new Command.UplinkLink(index, unit.device().linkUp()));
        return unit;
    }

    /**
     * Gives a device an MTU: in place, or where that is more than it was opened for, by opening it
     * anew.
     *
     * @param sharing the uplinks of the device, each with its ports
     */
    void setMtu(Map<UplinkConfig, List<PortConfig>> sharing, int mtu) {
        final List<Placed> placed =
                sharing.keySet().stream().map(each -> units.uplinks.get(each.name())).toList();
        final Device device = placed.getFirst().unit().device();
        if (mtu <= device.maxMtu()) {
            device.setMtu(mtu);
            return;
        }
        placement.pause(placed, () -> device.reopen(mtu));
        sharing.forEach(
                (config, members) ->
                        control.changeUplink(
                                units.uplinks.get(config.name()).index(),
                                config,
                                device.maxMtu(),
                                units.byIndex(members)));
        LOG.info(
                "event=uplink_reopened uplinks={} mtu={}",
                sharing.keySet().stream().map(UplinkConfig::name).collect(Collectors.joining(",")),
                mtu);
    }

    /** Lets the uplinks of a device follow their interface to an MTU that it was not opened for. */
    void follow(Map<UplinkConfig, List<PortConfig>> sharing, int mtu) {
        setMtu(sharing, mtu);
        for (UplinkConfig each : sharing.keySet()) {
            control.put(new Command.UplinkMtu(units.uplinks.get(each.name()).index(), mtu));
        }
    }

    private void put(UplinkConfig config, Placed placed) {
        placement.fill(placed);
        units.uplinks.put(config.name(), placed);
    }
}
