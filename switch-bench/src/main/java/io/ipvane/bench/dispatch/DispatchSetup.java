// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.dispatch;

import io.ipvane.config.ThreadPlan;
import java.util.List;

/**
 * One case of the dispatch benchmark.
 *
 * @param device {@code ring}: frames go round through a ring; {@code null}: net_null gives frames
 *     and takes them
 * @param mode {@code l2} or {@code l3}
 * @param ingress {@code wire}: the uplink gives frames for the ports; {@code inside}: a port does,
 *     for its siblings, with its source looked up too and both MACs rewritten
 * @param family 4 or 6
 * @param addresses in the table, dealt out to the ports
 * @param frames that go round, each to another address
 * @param ports that receive
 * @param idle ports more that say nothing, each with a descriptor that would tell
 */
public record DispatchSetup(
        String device,
        String mode,
        String ingress,
        int family,
        int addresses,
        int frames,
        int ports,
        int idle,
        ThreadPlan plan,
        List<Integer> lcores) {
    /** A case without idle ports. */
    public DispatchSetup(
            String device,
            String mode,
            String ingress,
            int family,
            int addresses,
            int frames,
            int ports,
            ThreadPlan plan,
            List<Integer> lcores) {
        this(device, mode, ingress, family, addresses, frames, ports, 0, plan, lcores);
    }
}
