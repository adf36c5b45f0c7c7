// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/** Drops of packets that no route takes to where they want. */
public enum RouteDrop implements DropReason {
    NO_ROUTE("no route to the destination"),
    ROUTE_BLACKHOLE("the route to the destination says blackhole"),
    ROUTE_UNREACHABLE("the route to the destination says unreachable"),
    ROUTE_PROHIBIT("the route to the destination says prohibit");

    private final int number = DropReasons.add(this);
    private final String sentence;

    RouteDrop(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
