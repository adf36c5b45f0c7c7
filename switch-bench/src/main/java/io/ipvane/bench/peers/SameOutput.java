// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.bench.dispatch.Dispatch;
import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.config.ThreadPlan;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.LcoreThread;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Forwards the same frames once in Java and once in C and compares what comes out, byte for byte
 * and in order: modes, directions and families. Fails at the first difference.
 */
final class SameOutput {
    private static final int FRAMES = 1_024;
    private static final int PORTS = 8;
    private static final int BURST = 64;

    private SameOutput() {}

    @SuppressWarnings("try") // The thread is registered for as long as the block runs.
    public static void main(String[] args) {
        int equal = 0;
        try (Eal eal = Eal.start(EalOptions.of(EalOptions.Hugepages.AUTO));
                LcoreThread thread = LcoreThread.register(Integer.parseInt(args[0]))) {
            for (String mode : List.of("l2", "l3")) {
                for (String ingress : List.of("wire", "inside")) {
                    for (int family : new int[] {4, 6}) {
                        equal += compare(setup(mode, ingress, family));
                    }
                }
            }
        }
        System.out.printf("equal %d frames%n", equal);
    }

    private static DispatchSetup setup(String mode, String ingress, int family) {
        return new DispatchSetup(
                "ring",
                mode,
                ingress,
                family,
                FRAMES,
                FRAMES,
                PORTS,
                ThreadPlan.RUN_TO_COMPLETION,
                List.of(0));
    }

    private static int compare(DispatchSetup setup) {
        final int turns = FRAMES / BURST;
        final List<byte[]> java = output(setup, dispatch -> dispatch.java(turns));
        final List<byte[]> c = output(setup, dispatch -> dispatch.c(turns));
        if (java.size() != FRAMES || c.size() != FRAMES) {
            throw new IllegalStateException(
                    "%s: %d frames in, %d out of Java, %d out of C"
                            .formatted(setup, FRAMES, java.size(), c.size()));
        }
        for (int i = 0; i < FRAMES; i++) {
            if (!Arrays.equals(java.get(i), c.get(i))) {
                throw new IllegalStateException(
                        "%s: frame %d differs:%n%s%n%s"
                                .formatted(
                                        setup,
                                        i,
                                        Arrays.toString(java.get(i)),
                                        Arrays.toString(c.get(i))));
            }
        }
        return FRAMES;
    }

    private static List<byte[]> output(DispatchSetup setup, Consumer<Dispatch> turns) {
        try (Dispatch dispatch = new Dispatch(setup)) {
            turns.accept(dispatch);
            return dispatch.drain();
        }
    }
}
