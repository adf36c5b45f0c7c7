// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.model.ModelBuilder;
import io.ipvane.model.Route;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelBuilderTest {
    private static final String YAML =
            """
            uplinks:
              - name: wire
                device: "vdev:net_null0"
                mode: l3
                host: { interface: master, addresses: ["10.0.0.1/24"] }
                routes: [{ to: 192.0.2.0/24, via: 10.0.0.253 }]
            """;

    private static final Route CONFIGURED = gateway("192.0.2.0/24", "10.0.0.253");
    private static final Route TAKEN = gateway("0.0.0.0/0", "10.0.0.254");
    private static final Route TAKEN6 = gateway("::/0", "fd00::fe");

    private static Route gateway(String to, String via) {
        return Route.taken(IpPrefix.parseWithHostBits(to), IpAddress.parse(via), 0, null);
    }

    private static UplinkConfig config(String yaml) {
        return SwitchConfig.parse(yaml, "test").uplinks().get(0);
    }

    private final ModelBuilder model = new ModelBuilder();
    private final int wire = model.uplink(config(YAML), 0x0200_0000_0001L, 1500, true);

    private int host(Route... taken) {
        return model.host(
                wire,
                "",
                "master",
                List.of(IpPrefix.parseWithHostBits("10.0.0.1/24")),
                List.of(taken));
    }

    private List<Route> routes() {
        return model.build().segments().get(wire).routes();
    }

    /** The host port goes to another namespace and back: it brings the same routes each time. */
    @Test
    void shouldHaveTakenOverRoutesOnceHoweverOftenTheHostPortIsMade() {
        for (int i = 0; i < 3; i++) {
            final int host = host(TAKEN, TAKEN6);
            assertEquals(List.of(CONFIGURED, TAKEN, TAKEN6), routes());
            model.remove(host);
            assertEquals(List.of(CONFIGURED), routes(), "what the host port brought goes with it");
        }
    }

    @Test
    void shouldKeepTakenOverRoutesWhereTheConfigurationChanges() {
        final int host = host(TAKEN, CONFIGURED);
        final UplinkConfig other = config(YAML.replace("192.0.2.0/24", "198.51.100.0/24"));
        model.change(wire, other, 1500, Map.of());
        final Route now = gateway("198.51.100.0/24", "10.0.0.253");
        assertEquals(List.of(now, TAKEN, CONFIGURED), routes());
        model.remove(host);
        host(TAKEN);
        assertEquals(List.of(now, TAKEN), routes());
    }
}
