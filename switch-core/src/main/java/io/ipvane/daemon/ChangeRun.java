// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.daemon.ChangePlan.PortChange;
import io.ipvane.daemon.ChangePlan.UplinkChange;
import java.util.function.Consumer;

/**
 * The steps of a plan, in their order: first what goes, then what changes, then what comes. One
 * change, on the thread that asks for it.
 */
final class ChangeRun {
    private final ChangeSteps live;
    private final ChangePlan plan;
    private final SwitchConfig next;
    private final IfMissing ifMissing;

    ChangeRun(ChangeSteps live, ChangePlan plan, SwitchConfig next, IfMissing ifMissing) {
        this.live = live;
        this.plan = plan;
        this.next = next;
        this.ifMissing = ifMissing;
    }

    /** Opens the devices of ports that can be open beside what they replace. */
    void open() {
        for (PortConfig port : plan.addedPorts()) {
            if (plan.opensFirst(port)) {
                live.openPort(next.uplinkOf(port), port, ifMissing);
            }
        }
    }

    /**
     * Goes all the way.
     *
     * @param doing does one step, and may go on where it fails
     */
    void carryOut(Consumer<Runnable> doing) {
        for (PortConfig port : plan.removedPorts()) {
            doing.accept(() -> live.removePort(port.name()));
        }
        for (UplinkConfig uplink : plan.removedUplinks()) {
            doing.accept(() -> removeUplink(uplink));
        }
        for (UplinkConfig uplink : plan.addedUplinks()) {
            doing.accept(() -> addUplink(uplink));
        }
        doing.accept(() -> live.changeTunnels(next));
        for (UplinkChange change : plan.changedUplinks()) {
            doing.accept(() -> live.changeUplink(change.after(), change.members(), ifMissing));
        }
        for (PortChange change : plan.changedPorts()) {
            final UplinkConfig uplink = next.uplinkOf(change.after());
            doing.accept(() -> live.changePort(uplink, change.before(), change.after()));
        }
        for (PortConfig port : plan.addedPorts()) {
            doing.accept(() -> addPort(port));
        }
    }

    private void removeUplink(UplinkConfig uplink) {
        live.ports().values().stream()
                .filter(port -> port.uplink().equals(uplink.name()))
                .findFirst()
                .ifPresent(port -> blocked("uplink '" + uplink.name() + "'", port.name()));
        live.removeUplink(uplink.name());
    }

    private void addUplink(UplinkConfig uplink) {
        if (live.uplinks().containsKey(uplink.name())) {
            blocked("uplink '" + uplink.name() + "'", uplink.name());
        }
        live.addUplink(uplink, next.segments(), ifMissing);
    }

    /** On the way back, what stands in the way of a port may not have gone. */
    private void addPort(PortConfig port) {
        final UplinkConfig uplink = next.uplinkOf(port);
        final String what = "port '" + port.name() + "'";
        if (!live.uplinks().containsKey(uplink.name())) {
            blocked(what, uplink.name());
        }
        live.ports().values().stream()
                .filter(other -> ChangePlan.clash(other, port))
                .findFirst()
                .ifPresent(other -> blocked(what, other.name()));
        live.addPort(uplink, port, ifMissing);
    }

    private static void blocked(String what, String by) {
        throw new IllegalStateException(
                what + " waits for '" + by + "', whose step could not be done either");
    }
}
