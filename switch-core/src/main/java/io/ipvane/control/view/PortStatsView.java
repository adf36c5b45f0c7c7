// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

import java.util.Map;

/**
 * Counters of one port, uplink or host port since the daemon started. Directions are those of the
 * switch: receive is what came in from the port.
 *
 * @param name of the port, or of the uplink (for its host port as well)
 * @param role {@code port}, {@code uplink} or {@code host}
 * @param receivePackets frames taken
 * @param receiveBytes their bytes, Ethernet header included
 * @param receiveMissed frames that the device lost because nobody took them in time
 * @param receiveErrors frames that arrived broken at the device
 * @param receiveNoMbuf frames that the device lost because the frame pool was empty; of a TAP, how
 *     often its frames had to wait for that
 * @param transmitPackets frames given
 * @param transmitBytes their bytes, Ethernet header included
 * @param multicast group frames among those given
 * @param icmpErrors ICMP errors of the switch's own among those given
 * @param icmpErrorsLimited ICMP errors that were not sent because there were too many
 * @param addressesRefused addresses that the port said it had and that were not learned
 * @param drops frames lost, by reason; reasons that never happened are left out
 */
public record PortStatsView(
        String name,
        String role,
        long receivePackets,
        long receiveBytes,
        long receiveMissed,
        long receiveErrors,
        long receiveNoMbuf,
        long transmitPackets,
        long transmitBytes,
        long multicast,
        long icmpErrors,
        long icmpErrorsLimited,
        long addressesRefused,
        Map<String, Long> drops) {
    /** Of a port that is not there. */
    public static PortStatsView none(String port) {
        return new PortStatsView(port, "port", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of());
    }

    /** Copies the map. */
    public PortStatsView {
        drops = Map.copyOf(drops);
    }
}
