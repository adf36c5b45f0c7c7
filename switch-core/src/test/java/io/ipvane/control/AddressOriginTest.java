// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.ThreadPlan;
import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import io.ipvane.model.ModelBuilder;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import org.junit.jupiter.api.Test;

/** What a port's address is said to come from, whatever way it came. */
class AddressOriginTest {
    private static final String GIVEN = "10.0.0.11";
    private static final String GIVEN6 = "fd00::11";
    private static final String OTHER = "10.0.0.77";

    private final SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED);

    private void added(String address, boolean configured) {
        final IpAddress one = IpAddress.parse(address);
        net.tell(
                new Command.AddressAdded(
                        net.index("c1"), new IpPrefix(one, one.bits()), configured));
        net.run();
    }

    private void removed(String address) {
        net.tell(new Command.AddressRemoved(net.index("c1"), IpAddress.parse(address)));
        net.run();
    }

    private Origin origin(String address) {
        return AddressRaceTest.ask(
                net,
                conductor -> {
                    final Claim claim =
                            conductor
                                    .claims()
                                    .book()
                                    .find(
                                            net.index("wire"),
                                            net.index("c1"),
                                            IpAddress.parse(address));
                    return claim == null ? null : claim.origin();
                });
    }

    /** By hand, by IPv6 that is switched off and on, by an interface that was away. */
    @Test
    void shouldCallAConfiguredAddressConfiguredThatComesBack() {
        try (net) {
            for (String address : new String[] {GIVEN, GIVEN6}) {
                removed(address);
                assertEquals(null, origin(address));
                added(address, false);
                assertEquals(Origin.CONFIG, origin(address), address);
            }
            added(OTHER, false);
            assertEquals(Origin.NAMESPACE, origin(OTHER));
            added("fe80::11", false);
            assertEquals(Origin.LINK_LOCAL, origin("fe80::11"));
        }
    }

    /** The interface may tell of it before the configuration does, and the other way round. */
    @Test
    void shouldCallAnAddressConfiguredThatIsAddedToTheConfiguration() {
        try (net) {
            added(OTHER, false);
            added(OTHER, true);
            assertEquals(Origin.CONFIG, origin(OTHER));
            added(OTHER, false);
            assertEquals(Origin.CONFIG, origin(OTHER));
        }
    }

    @Test
    void shouldFollowTheConfigurationOfThePort() {
        try (net) {
            removed(GIVEN);
            AddressRaceTest.ask(
                    net,
                    conductor -> {
                        final ModelBuilder next = new ModelBuilder(conductor.model());
                        next.change(net.index("c1"), c1(GIVEN), c1(OTHER));
                        conductor.replace(next.build());
                        return 0;
                    });
            added(OTHER, false);
            added(GIVEN, false);
            assertEquals(Origin.CONFIG, origin(OTHER));
            assertEquals(Origin.NAMESPACE, origin(GIVEN));
        }
    }

    private static PortConfig c1(String address) {
        return SwitchConfig.parse(
                        """
                        uplinks: [ { name: wire, device: "vdev:net_null0", mode: l2 } ]
                        ports:
                          - { name: c1, uplink: wire, type: tap, addresses: ["%s/24"] }
                        """
                                .formatted(address),
                        "test")
                .ports()
                .get(0);
    }
}
