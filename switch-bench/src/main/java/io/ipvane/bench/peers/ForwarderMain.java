// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.bench.dispatch.Dispatch;
import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.bench.harness.BenchSwitch;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.PortCounter;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.LcoreThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The process behind {@link IpvaneForwarder}: forwards until its input ends, and says how much on
 * the line {@code count}, and how long the compilers have worked, in milliseconds.
 */
final class ForwarderMain {
    /** Bytes of an mbuf and its frame, generously. */
    private static final int FRAME_BYTES = 640;

    private ForwarderMain() {}

    /** What forwards. */
    interface Subject extends AutoCloseable {
        void start();

        /** Frames sent since the start. */
        long sent();

        /** Whatever should not have happened since the last question. */
        int errors();

        @Override
        void close();

        /** A switch, which stays open. */
        static Subject of(BenchSwitch javaSwitch) {
            return new Subject() {
                @Override
                public void start() {
                    javaSwitch.start();
                }

                @Override
                public long sent() {
                    long sent = 0;
                    for (int port = 0; port < javaSwitch.ports(); port++) {
                        sent += javaSwitch.counter(port, PortCounter.TRANSMIT_PACKETS_COLUMN);
                    }
                    return sent;
                }

                @Override
                public int errors() {
                    return javaSwitch.errors().size();
                }

                @Override
                public void close() {
                    // Whoever made the switch closes it.
                }
            };
        }
    }

    @SuppressWarnings("try") // The thread is registered for as long as the block runs.
    public static void main(String[] args) throws IOException {
        final boolean hugepages = Boolean.parseBoolean(args[0]);
        final List<Integer> lcores = List.of(Integer.parseInt(args[1]));
        final String device = args[2];
        final int frames = Integer.parseInt(args[7]);
        final DispatchSetup setup =
                new DispatchSetup(
                        device,
                        args[3],
                        args[4],
                        Integer.parseInt(args[5]),
                        Integer.parseInt(args[6]),
                        frames,
                        Integer.parseInt(args[8]),
                        ThreadPlan.valueOf(args[9]),
                        lcores);
        final EalOptions options =
                new EalOptions(
                        hugepages ? EalOptions.Hugepages.REQUIRED : EalOptions.Hugepages.OFF,
                        128 + (int) (((frames + 16_384L) * FRAME_BYTES) >> 20),
                        List.of(),
                        List.of());
        try (Eal eal = Eal.start(options);
                LcoreThread thread = LcoreThread.register(LcoreThread.UNPINNED)) {
            if (device.equals("ring") || device.equals("null")) {
                try (Dispatch dispatch = new Dispatch(setup)) {
                    serve(Subject.of(dispatch.javaSwitch()));
                }
            } else if (device.startsWith(VhostSockets.PREFIX)) {
                try (VhostSwitch vhost = new VhostSwitch(setup, VhostSockets.of(device))) {
                    serve(Subject.of(vhost.javaSwitch()));
                }
            } else if (device.startsWith(VhostSockets.REFERENCE)) {
                try (VhostReference reference =
                        new VhostReference(setup, VhostSockets.ofReference(device))) {
                    serve(reference);
                }
            } else {
                try (PcapSwitch pcap = new PcapSwitch(setup, Path.of(device))) {
                    serve(Subject.of(pcap.javaSwitch()));
                }
            }
        }
    }

    private static void serve(Subject subject) throws IOException {
        subject.start();
        System.out.println("ready");
        final BufferedReader input =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int errors = 0;
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            errors += subject.errors();
            System.out.printf(
                    "sent %d errors %d compiling %d%n",
                    subject.sent(),
                    errors,
                    ManagementFactory.getCompilationMXBean().getTotalCompilationTime());
        }
    }
}
