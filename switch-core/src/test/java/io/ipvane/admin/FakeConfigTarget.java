// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.ConfigTarget;
import io.ipvane.control.view.StaleRevisionException;
import java.util.function.UnaryOperator;

/** A switch that does whatever it is told, and no more than that. */
public final class FakeConfigTarget implements ConfigTarget {
    /** One uplink and the two ports that {@link FakeStatusSource} shows. */
    public static final String START =
            """
            uplinks:
              - name: wan0
                device: "af_packet:eth0"
                host: { interface: ipvane0, addresses: ["192.0.2.10/24"] }
                routes: [ { to: default, via: 192.0.2.1 } ]
                neighbors: [ { address: 192.0.2.5, mac: "02:00:00:00:00:05" } ]
            ports:
              - { name: web, uplink: wan0, netns: blue, interface: eth0, addresses: ["192.0.2.11/24"] }
              - { name: db, uplink: wan0, flag: private, addresses: ["192.0.2.12/24"] }
            """;

    private Running running = new Running(1, SwitchConfig.parse(START, "start"));

    /** What happens when a change arrives, before it is looked at; may throw. */
    private UnaryOperator<SwitchConfig> onApply = next -> next;

    private Wish wished = Wish.NOTHING;

    /** What the last change asked for beside the configuration. */
    public synchronized Wish wished() {
        return wished;
    }

    @Override
    public synchronized Running running() {
        return running;
    }

    @Override
    public synchronized Running apply(SwitchConfig next, long expected, Wish wish) {
        wished = wish;
        final SwitchConfig accepted = onApply.apply(next);
        if (expected != running.revision()) {
            throw new StaleRevisionException(expected, running.revision());
        }
        if (!accepted.equals(running.config())) {
            running = new Running(expected + 1, accepted);
        }
        return running;
    }

    /** Starts anew. */
    public synchronized void reset() {
        running = new Running(running.revision() + 1, SwitchConfig.parse(START, "start"));
        onApply = next -> next;
    }

    /** Works by another configuration from now on, as if somebody else had been faster. */
    public synchronized void become(SwitchConfig config) {
        running = new Running(running.revision() + 1, config);
    }

    /** Does this with every change that arrives. */
    public synchronized void onApply(UnaryOperator<SwitchConfig> action) {
        onApply = action;
    }
}
