// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.bench.dispatch.Dispatch;
import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.PortCounter;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.LcoreThread;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Forwards the same frames once in Java and once in C and compares what comes out, byte for byte,
 * and what each port has sent: modes, directions and families. Fails at the first difference.
 */
final class SameOutput {
    private static final int FRAMES = 1_024;
    private static final int ADDRESSES = 16;
    private static final int PORTS = 8;
    private static final int BURST = 64;
    private static final int IPV4_DESTINATION = 30;
    private static final int IPV6_DESTINATION = 38;

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
                ADDRESSES,
                FRAMES,
                PORTS,
                ThreadPlan.RUN_TO_COMPLETION,
                List.of(0));
    }

    private static int compare(DispatchSetup setup) {
        final int turns = FRAMES / BURST;
        try (Dispatch java = new Dispatch(setup);
                Dispatch c = new Dispatch(setup)) {
            java.java(turns);
            c.c(turns);
            compareFrames(setup, java.drain(), c.drain());
            for (int port = 0; port < java.javaSwitch().ports(); port++) {
                compareCounters(setup, port, java, c);
            }
        }
        return FRAMES;
    }

    private static void compareFrames(DispatchSetup setup, List<byte[]> java, List<byte[]> c) {
        if (java.size() != FRAMES || c.size() != FRAMES) {
            throw new IllegalStateException(
                    "%s: %d frames in, %d out of Java, %d out of C"
                            .formatted(setup, FRAMES, java.size(), c.size()));
        }
        final Map<String, List<String>> expected = flows(setup, c);
        flows(setup, java)
                .forEach(
                        (destination, frames) -> {
                            if (!frames.equals(expected.get(destination))) {
                                throw new IllegalStateException(
                                        "%s: to %s Java sends%n%s%nand C%n%s"
                                                .formatted(
                                                        setup,
                                                        destination,
                                                        frames,
                                                        expected.get(destination)));
                            }
                        });
    }

    /**
     * The frames to each address in their order, in hexadecimal: frames of one burst to different
     * addresses may overtake each other, those of one flow may not. Each frame carries its number.
     */
    private static Map<String, List<String>> flows(DispatchSetup setup, List<byte[]> frames) {
        final int bytes = setup.family() == 4 ? 4 : 16;
        final int at = setup.family() == 4 ? IPV4_DESTINATION : IPV6_DESTINATION;
        return frames.stream()
                .collect(
                        Collectors.groupingBy(
                                frame -> HexFormat.of().formatHex(frame, at, at + bytes),
                                Collectors.mapping(
                                        HexFormat.of()::formatHex, Collectors.toList())));
    }

    /** That frames went out by their own port shows in what it has sent. */
    private static void compareCounters(DispatchSetup setup, int port, Dispatch java, Dispatch c) {
        for (int column :
                new int[] {
                    PortCounter.TRANSMIT_PACKETS_COLUMN, PortCounter.TRANSMIT_BYTES_COLUMN
                }) {
            final long ours = java.javaSwitch().counter(port, column);
            final long theirs = c.reference().counter(port, column);
            if (ours != theirs) {
                throw new IllegalStateException(
                        "%s: counter %d of port %d is %d in Java, %d in C"
                                .formatted(setup, column, port, ours, theirs));
            }
        }
    }
}
