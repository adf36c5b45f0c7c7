// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the traffic tests vary: how the work is spread over threads, and what the uplink is made of.
 */
record Setup(Plan plan, Uplink uplink) {
    enum Plan {
        SHARED,
        RUN_TO_COMPLETION,
        PIPELINE
    }

    enum Uplink {
        AF_PACKET("af_packet:up0"),
        AF_XDP("af_xdp:up0"),
        TAP("tap:up0");

        final String device;

        Uplink(String device) {
            this.device = device;
        }
    }

    /** DPDK's af_xdp takes one queue of a veth, so there one lcore runs to completion. */
    String threads() {
        final boolean one =
                plan == Plan.SHARED || (plan == Plan.RUN_TO_COMPLETION && uplink == Uplink.AF_XDP);
        return "threads: { plan: " + word(plan) + ", lcores: " + (one ? "[0]" : "[0, 1]") + " }\n";
    }

    static Stream<Setup> all() {
        return Stream.of(Plan.values())
                .flatMap(plan -> Stream.of(Uplink.values()).map(uplink -> new Setup(plan, uplink)));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String toString() {
        return word(plan) + " over " + word(uplink);
    }
}
