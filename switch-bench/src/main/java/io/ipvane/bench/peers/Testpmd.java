// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code dpdk-testpmd}, forward mode {@code mac}: one port whose frames go out by it again, both
 * MACs rewritten. Scripted through its prompt.
 *
 * @param device {@code null} or {@code ring}
 * @param frames that go round in the ring; a multiple of {@value #BURST}
 */
record Testpmd(boolean hugepages, String device, int frames) implements Peer {
    /** As ours. */
    static final int BURST = 64;

    private static final Pattern SENT = Pattern.compile("TX-packets: (\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public String system() {
        return "testpmd-mac";
    }

    private List<String> command() {
        final List<String> words =
                new ArrayList<>(
                        List.of(
                                // Into a pipe it would say nothing for minutes.
                                "stdbuf",
                                "-oL",
                                "dpdk-testpmd",
                                "-l",
                                Settings.controlCpu() + "," + Settings.forwardingCpu(),
                                "--no-pci",
                                "--iova-mode=va",
                                "--no-telemetry"));
        words.addAll(
                hugepages
                        ? List.of("--in-memory")
                        : List.of("--no-huge", "--no-shconf", "-m", "512"));
        words.add("--vdev=" + (device.equals("null") ? "net_null0,copy=0" : "net_ring0"));
        words.addAll(
                List.of(
                        "--",
                        "-i",
                        "--forward-mode=mac",
                        "--port-topology=loop",
                        "--nb-cores=1",
                        "--burst=" + BURST,
                        "--mbcache=512",
                        "--total-num-mbufs=8192"));
        return words;
    }

    @Override
    public Forwarder start() throws IOException, InterruptedException {
        final Child child = Child.start("dpdk-testpmd", command());
        try {
            child.say("start" + (device.equals("null") ? "" : " tx_first " + frames / BURST));
            sent(child);
            return new Running(child, ThreadClock.named(child.pid(), "rte-worker-.*|lcore-.*"));
        } catch (IOException | InterruptedException | RuntimeException e) {
            child.close();
            throw e;
        }
    }

    private static long sent(Child child) throws IOException, InterruptedException {
        child.say("show port stats 0");
        return Long.parseLong(child.await(SENT, PATIENCE).group(1));
    }

    private record Running(Child child, ThreadClock clock) implements Forwarder {
        @Override
        public long packets() throws IOException, InterruptedException {
            return sent(child);
        }

        @Override
        public void close() {
            child.close();
        }
    }
}
