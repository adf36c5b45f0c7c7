// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.PortConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.Command;
import io.ipvane.control.ControlPlane;
import io.ipvane.daemon.Units.Placed;
import java.util.List;

/**
 * Takes the device of an uplink away and gives it another while its ports and its host port stay.
 * Used by the thread that changes the switch.
 */
final class UplinkDevices {
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

    private void put(UplinkConfig config, Placed placed) {
        placement.fill(placed);
        units.uplinks.put(config.name(), placed);
    }
}
