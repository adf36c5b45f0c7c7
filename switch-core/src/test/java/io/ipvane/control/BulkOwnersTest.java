// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.SwitchHarness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A change of very many addresses asks the conductor little, and keeps it from nothing. */
class BulkOwnersTest {
    private static final int MANY = 100_000;
    private static final int FIRST = 0x0B00_0000;

    private static final String YAML =
            """
            uplinks:
              - name: wire
                device: "vdev:net_null0"
                mode: l2
                host: { interface: master, addresses: ["10.0.0.1/24"] }
            ports:
              - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24"] }
              - { name: c2, uplink: wire, type: tap, addresses: ["10.0.0.12/24"] }
            """;

    @Test
    void shouldSayTheOwnersOfManyAddressesInFewTurns() {
        try (SwitchHarness net = new SwitchHarness(YAML, ThreadPlan.SHARED)) {
            final List<IpAddress> asked = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                asked.add(IpAddress.ipv4(FIRST + i));
            }
            net.tell(added(net, "c1", asked.get(7)));
            net.tell(added(net, "c2", asked.get(MANY - 1)));
            net.run();
            asked.add(IpAddress.parse("10.0.0.1"));
            final int wire = net.index("wire");
            final CompletableFuture<Map<IpAddress, String>> owners =
                    CompletableFuture.supplyAsync(() -> net.control().owners(wire, asked));
            int turns = 0;
            while (!owners.isDone()) {
                turns += net.control().step() > 0 ? 1 : 0;
            }
            assertEquals(
                    Map.of(
                            asked.get(7), "c1",
                            asked.get(MANY - 1), "c2",
                            IpAddress.parse("10.0.0.1"), "master"),
                    owners.join());
            assertTrue(turns < 50, turns + " turns");
            assertEquals(Map.of(), net.control().owners(wire, List.of()), "which asks nobody");
        }
    }

    private static Command.AddressAdded added(SwitchHarness net, String port, IpAddress address) {
        return new Command.AddressAdded(net.index(port), new IpPrefix(address, 32), true);
    }
}
