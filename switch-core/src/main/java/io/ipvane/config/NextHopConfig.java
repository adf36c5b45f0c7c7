// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Values;
import io.ipvane.packet.IpAddress;

/**
 * One of the gateways that a route has.
 *
 * @param via its address
 * @param weight its share of the flows, beside the weights of the others
 */
public record NextHopConfig(IpAddress via, int weight) {
    /** The largest weight, as with iproute2. */
    private static final int MAX_WEIGHT = 256;

    static final Key<IpAddress> VIA =
            Key.of("via", Forms.ADDRESS, "gateway; what holds of a route's `via` holds here")
                    .required();

    private static final Key<Integer> WEIGHT =
            Key.of("weight", Form.integer(1, MAX_WEIGHT), "its share, beside the others' weights")
                    .byDefault(1);

    /** Its keys. */
    public static final Table<NextHopConfig> TABLE =
            Table.<NextHopConfig>of("nexthop", "One of several gateways of a route.")
                    .key(VIA, NextHopConfig::via)
                    .key(WEIGHT, NextHopConfig::weight)
                    .made(NextHopConfig::new);

    private NextHopConfig(Values v) {
        this(v.get(VIA), v.get(WEIGHT));
    }

    /** The only gateway of a route. */
    NextHopConfig(IpAddress via) {
        this(via, 1);
    }
}
