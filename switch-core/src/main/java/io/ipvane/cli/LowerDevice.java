// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The uplink that the word {@code link} means. The kernel names the interface that it puts a new
 * one on; a switch also knows its uplinks by names of their own.
 */
final class LowerDevice {
    private LowerDevice() {}

    /**
     * The name of an uplink.
     *
     * @param word the name of an uplink; the kernel interface of its device, {@code eth0.7} for
     *     VLAN 7 of it; or a port, whose sibling the new one becomes (spec CFG-6)
     * @return the word itself where it is none of these, for the switch to refuse
     */
    static String uplink(AdminClient client, String word) {
        final JsonNode uplinks = client.get("/v1/uplinks");
        for (JsonNode uplink : uplinks) {
            if (word.equals(name(uplink))) {
                return word;
            }
        }
        final List<String> onInterface = new ArrayList<>();
        uplinks.forEach(
                uplink -> {
                    if (word.equals(interfaceOf(uplink))) {
                        onInterface.add(name(uplink));
                    }
                });
        if (onInterface.size() == 1) {
            return onInterface.get(0);
        }
        for (JsonNode port : client.get("/v1/ports")) {
            if (word.equals(name(port))) {
                return port.path("uplink").asText();
            }
        }
        return word;
    }

    private static String name(JsonNode element) {
        return element.path("name").asText();
    }

    /** As the kernel would name it; empty for a device that it does not know. */
    private static String interfaceOf(JsonNode uplink) {
        final String device = uplink.path("device").asText();
        final int colon = device.indexOf(':');
        final boolean known =
                colon > 0
                        && List.of("af_packet", "af_xdp", "tap")
                                .contains(device.substring(0, colon));
        final int vlan = uplink.path("vlan").asInt();
        return known ? device.substring(colon + 1) + (vlan == 0 ? "" : "." + vlan) : "";
    }
}
