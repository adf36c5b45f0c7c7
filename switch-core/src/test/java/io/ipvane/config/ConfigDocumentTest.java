// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What is written is what was read. */
class ConfigDocumentTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @RepeatedTest(200)
    void shouldReadWhatItWritesHoweverOdd() throws IOException {
        final long seed = System.nanoTime();
        final SwitchConfig config = new RandomConfig(seed).next();
        final Object document = ConfigDocument.of(config);

        assertEquals(config, SwitchConfig.of(document), () -> "seed " + seed);
        final String yaml = ConfigDocument.yaml(document);
        assertEquals(config, SwitchConfig.parse(yaml, "yaml"), () -> "seed " + seed + "\n" + yaml);
        final String json = JSON.writeValueAsString(document);
        assertEquals(config, SwitchConfig.parse(json, "json"), () -> "seed " + seed + "\n" + json);
        assertEquals(document, ConfigDocument.of(SwitchConfig.parse(yaml, "yaml")));
    }

    @Test
    void shouldLeaveOutWhatHasItsDefault() {
        assertEquals(
                """
                uplinks:
                  - {name: wan0, device: 'tap:up0', mode: l2, flag: bridge}
                ports:
                  - {name: web, uplink: wan0}
                """,
                ConfigDocument.yaml(
                        ConfigDocument.of(
                                SwitchConfig.parse(
                                        """
                                        eal: { hugepages: auto }
                                        threads: { plan: shared, lcores: [0], idle: backoff }
                                        uplinks: [ { name: wan0, device: "tap:up0", compat: improved,
                                            strictMac: true, routes: [], neighbors: [] } ]
                                        ports: [ { name: web, uplink: wan0, type: tap, queues: 1,
                                            interface: web, addresses: [] } ]
                                        admin: { listen: ["unix:/run/ipvane/admin.sock"] }
                                        """,
                                        "c"))));
    }

    @Test
    void shouldWriteWhatAPortBehindASocketHasOfItsOwn() {
        final String ports =
                """
                ports:
                  - {name: vm1, uplink: wan0, type: vhost-user, socket: /run/vm1.sock, mergeable: false}
                  - {name: app1, uplink: wan0, type: memif, socket: /run/app1.sock, role: server, id: 7, socketMode: 0600}
                  - {name: app2, uplink: wan0, type: memif, socket: /run/app2.sock}
                """;

        final String written =
                ConfigDocument.yaml(
                        ConfigDocument.of(
                                SwitchConfig.parse(
                                        "uplinks: [ { name: wan0, device: \"tap:up0\" } ]\n"
                                                + ports,
                                        "c")));

        assertEquals(ports, written.substring(written.indexOf("ports:")));
    }
}
