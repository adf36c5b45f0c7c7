// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.dispatch;

import io.ipvane.bench.harness.ReferenceSwitch;
import io.ipvane.config.ThreadPlan;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.LcoreThread;
import java.util.Arrays;
import java.util.List;

/**
 * Java against C in turns of a few milliseconds on one pinned thread, by the thread's CPU time:
 * what disturbs the machine disturbs both.
 *
 * <pre>dispatch DEVICE MODE INGRESS FAMILY ADDRESSES FRAMES PORTS PLAN ROUNDS</pre>
 */
public final class DispatchRace {
    private static final int TURNS = 4_000;
    private static final int WARM_UP = 40;

    private DispatchRace() {}

    @SuppressWarnings("try") // The lcore is registered for as long as the block runs.
    public static void main(String[] args) {
        final int addresses = Integer.parseInt(args[4]);
        final int frames = Integer.parseInt(args[5]);
        final DispatchSetup setup =
                new DispatchSetup(
                        args[0],
                        args[1],
                        args[2],
                        Integer.parseInt(args[3]),
                        addresses,
                        frames,
                        Integer.parseInt(args[6]),
                        ThreadPlan.valueOf(args[7]),
                        List.of(1));
        final int rounds = Integer.parseInt(args[8]);
        final int megabytes = 256 + (int) ((frames + 4096L) * 640 / (1 << 20));
        try (Eal eal =
                        Eal.start(
                                new EalOptions(
                                        EalOptions.Hugepages.AUTO,
                                        megabytes,
                                        List.of(),
                                        List.of()));
                LcoreThread lcore = LcoreThread.register(1);
                Dispatch dispatch = new Dispatch(setup)) {
            for (int i = 0; i < WARM_UP; i++) {
                dispatch.java(TURNS);
                dispatch.c(TURNS);
            }
            final double[] java = new double[rounds];
            final double[] c = new double[rounds];
            final double[] ratio = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                if (i % 2 == 0) {
                    java[i] = mpps(() -> dispatch.java(TURNS));
                    c[i] = mpps(() -> dispatch.c(TURNS));
                } else {
                    c[i] = mpps(() -> dispatch.c(TURNS));
                    java[i] = mpps(() -> dispatch.java(TURNS));
                }
                ratio[i] = java[i] / c[i];
            }
            Arrays.sort(java);
            Arrays.sort(c);
            Arrays.sort(ratio);
            System.out.printf(
                    "%s java %.2f (%.2f-%.2f) c %.2f (%.2f-%.2f) Mpps ratio %.3f (%.3f-%.3f) other %d %s hugepages=%s%n",
                    String.join(" ", args),
                    java[rounds / 2],
                    java[rounds / 10],
                    java[rounds * 9 / 10],
                    c[rounds / 2],
                    c[rounds / 10],
                    c[rounds * 9 / 10],
                    ratio[rounds / 2],
                    ratio[rounds / 10],
                    ratio[rounds * 9 / 10],
                    dispatch.reference().other(),
                    dispatch.javaSwitch().errors(),
                    eal.hugepages());
        }
    }

    private interface Work {
        long run();
    }

    private static double mpps(Work work) {
        final long before = ReferenceSwitch.threadNanos();
        final long frames = work.run();
        return frames * 1e3 / (ReferenceSwitch.threadNanos() - before);
    }
}
