// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the traffic tests vary: how the work is spread over threads, and what the uplink is made of.
 */
record Setup(Plan plan, Uplink uplink) {
    enum Plan {
        SHARED("[0]"),
        RUN_TO_COMPLETION("[0, 1]"),
        PIPELINE("[0, 1]");

        private final String lcores;

        Plan(String lcores) {
            this.lcores = lcores;
        }
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

    static Stream<Setup> all() {
        return Stream.of(Plan.values())
                .flatMap(plan -> Stream.of(Uplink.values()).map(uplink -> new Setup(plan, uplink)));
    }

    /** Each plan and each kind of uplink once at least: for what does not depend on both. */
    static Stream<Setup> some() {
        return all().filter(setup -> setup.plan == Plan.SHARED || setup.uplink == Uplink.AF_PACKET);
    }

    /**
     * The lines on threads. A veth pair shows AF_XDP one queue, and run-to-completion wants one an
     * lcore.
     */
    String threads() {
        final boolean oneQueue = plan == Plan.RUN_TO_COMPLETION && uplink == Uplink.AF_XDP;
        final String lcores = oneQueue ? "[0]" : plan.lcores;
        return "threads: { plan: " + word(plan) + ", lcores: " + lcores + " }\n";
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String toString() {
        return word(plan) + " over " + word(uplink);
    }
}
