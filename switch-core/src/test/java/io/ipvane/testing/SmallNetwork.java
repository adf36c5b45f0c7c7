// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import io.ipvane.config.ThreadPlan;
import io.ipvane.packet.MacAddress;

/**
 * The topology that most tests use: uplink {@code wire}, host port {@code master}, ports c1 to c3.
 */
public final class SmallNetwork {
    private SmallNetwork() {}

    /** With the defaults of the configuration and, per uplink, the given further lines of YAML. */
    public static SwitchHarness of(String mode, ThreadPlan plan, String... uplinkLines) {
        return of(mode, plan, new MemoryPool(), uplinkLines);
    }

    /** As the other, with frames from {@code pool}. */
    public static SwitchHarness of(
            String mode, ThreadPlan plan, MemoryPool pool, String... uplinkLines) {
        return of(mode, plan, plan == ThreadPlan.PIPELINE ? 3 : 1, pool, uplinkLines);
    }

    /** As the other, over a number of lcores that the plan takes. */
    public static SwitchHarness of(
            String mode, ThreadPlan plan, int lcores, MemoryPool pool, String... uplinkLines) {
        final StringBuilder lines = new StringBuilder();
        for (String line : uplinkLines) {
            lines.append("    ").append(line).append('\n');
        }
        final SwitchHarness net =
                new SwitchHarness(
                        """
                        uplinks:
                          - name: wire
                            device: "vdev:net_null0"
                            mode: %s
                            host: { interface: master, addresses: ["10.0.0.1/24", "fd00::1/64"] }
                        %s
                        ports:
                          - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                          - { name: c2, uplink: wire, type: tap, addresses: ["10.0.0.12/24", "fd00::12/64"] }
                          - { name: c3, uplink: wire, type: tap, addresses: ["10.0.1.13/24", "fd01::13/64"] }
                        """
                                .formatted(mode, lines),
                        plan,
                        lcores,
                        pool);
        final long allHosts = MacAddress.parse("01:00:5e:00:00:01");
        final long allNodes = MacAddress.parse("33:33:00:00:00:01");
        net.groups("c1", allHosts, allNodes, MacAddress.ofSolicitedNode(0x11));
        net.groups("c2", allHosts, allNodes, MacAddress.ofSolicitedNode(0x12), Frames.GROUP4);
        net.groups("c3", allHosts, allNodes, MacAddress.ofSolicitedNode(0x13));
        net.run();
        return net;
    }
}
