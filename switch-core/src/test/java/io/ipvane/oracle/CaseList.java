// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import io.ipvane.testing.KernelAnswers;
import io.ipvane.testing.KernelAnswers.Side;
import java.util.ArrayList;
import java.util.List;

/** Which cases there are; those of one network follow one another. */
final class CaseList {
    private CaseList() {}

    /** The 63 frames of the recorded answers in modes l2 and l3, all flags. */
    static List<OracleCase> fixed() {
        final List<OracleCase> all = new ArrayList<>();
        for (OracleCase.Network network : networks(false)) {
            for (KernelAnswers.Sent sent : KernelAnswers.frames()) {
                all.add(
                        new OracleCase(
                                sent.id() + "-" + network.mode() + "-" + network.flag(),
                                network,
                                sent.side() == Side.TX ? "c1" : "wire",
                                sent.marker(),
                                sent.bytes()));
            }
        }
        return all;
    }

    /**
     * At least {@code count} cases drawn from a seed, as many in each mode and flag.
     *
     * @return a case is the same whatever the count
     */
    static List<OracleCase> generated(long seed, int count) {
        final List<OracleCase.Network> networks = networks(true);
        final int each = Math.ceilDiv(count, networks.size());
        final List<OracleCase> all = new ArrayList<>();
        for (int n = 0; n < networks.size(); n++) {
            for (int i = 0; i < each; i++) {
                all.add(FrameGenerator.draw(seed, i * networks.size() + n, networks.get(n)));
            }
        }
        return all;
    }

    private static List<OracleCase.Network> networks(boolean gateway) {
        final List<OracleCase.Network> all = new ArrayList<>();
        for (String mode : List.of("l2", "l3")) {
            for (String flag : List.of("bridge", "private", "vepa")) {
                all.add(new OracleCase.Network(mode, flag, gateway));
            }
        }
        return all;
    }
}
