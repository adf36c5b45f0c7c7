// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Daemon;
import io.ipvane.testing.Netns;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The example of the kernel's IPVLAN HOWTO (Documentation/networking/ipvlan.rst, section 6), with
 * {@code ipvane} put for {@code ip} where a link is made or moved; and its other examples.
 */
@Tag("e2e")
final class HowtoE2eTest {
    private static final String HOST = "host";
    private static final String ROUTER = "router";

    private final Netns net = Netns.of(HOST, ROUTER, "ns0", "ns1");
    private Daemon daemon;

    private void ipvane(String words) {
        daemon.cli(words.split(" ")).orFail();
    }

    private boolean reaches(String from, String address) {
        return net.exec(from, "ping", "-n", "-c", "1", "-W", "1", address).ok();
    }

    @Test
    void shouldReplayTheExampleOfTheKernelsHowto() {
        try (net) {
            net.veth(HOST, "eth0", ROUTER, "eth0");
            net.address(ROUTER, "eth0", "10.0.0.254/24");
            net.address(ROUTER, "lo", "192.0.2.1/32");
            final String uplink =
                    """
                    eal: { hugepages: "off" }
                    uplinks: [ { name: wan0, device: "af_packet:eth0" } ]
                    """;
            try (Daemon started = Daemon.start(net, HOST, uplink)) {
                daemon = started;
                ipvane("link add link eth0 ipvl0 type ipvlan mode l2");
                ipvane("link add link eth0 ipvl1 type ipvlan mode l2");
                for (String number : List.of("0", "1")) {
                    final String ns = "ns" + number;
                    final String port = "ipvl" + number;
                    ipvane("link set dev " + port + " netns " + net.name(ns));
                    net.ip(ns, "link", "set", "dev", port, "up");
                    net.ip(ns, "link", "set", "dev", "lo", "up");
                    net.ip(ns, "-4", "addr", "add", "10.0.0.1" + number + "/24", "dev", port);
                    net.ip(ns, "-4", "route", "add", "default", "via", "10.0.0.254", "dev", port);
                    ipvane("link set dev " + port + " up");
                }
                Eventually.holds("siblings reach each other", () -> reaches("ns0", "10.0.0.11"));
                Eventually.holds("the router routes", () -> reaches("ns1", "192.0.2.1"));
                otherExamples();
                ipvane("link del ipvl1");
                ipvane("link delete ipvl0");
                assertFalse(net.hasDevice("ns0", "ipvl0"));
            }
        }
    }

    /** Section 4 of the HOWTO: what is not named is l3 and bridge. */
    private void otherExamples() {
        ipvane("link add link eth0 name ipvlan3 type ipvlan");
        assertModeAndFlag("ipvlan3", "l3", "bridge");
        ipvane("link add link eth0 name ipvlan type ipvlan mode l2 private");
        assertModeAndFlag("ipvlan", "l2", "private");
        assertModeAndFlag("ipvl0", "l2", "bridge");
    }

    private void assertModeAndFlag(String port, String mode, String flag) {
        final String shown = daemon.get("/v1/ports/" + port).body();
        assertTrue(shown.contains("\"mode\":\"" + mode + "\""), shown);
        assertTrue(shown.contains("\"flag\":\"" + flag + "\""), shown);
    }
}
