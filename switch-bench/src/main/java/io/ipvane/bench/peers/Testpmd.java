// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code dpdk-testpmd}, forward mode {@code mac}: both MACs rewritten. Scripted through its prompt.
 *
 * @param devices one, whose frames go out by it again, or two, where they go out by the other
 * @param begin the command that starts it
 */
record Testpmd(boolean hugepages, List<String> devices, String begin) implements Peer {
    /** As ours. */
    static final int BURST = 64;

    private static final Pattern SENT = Pattern.compile("TX-packets: (\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /**
     * Over one device of DPDK's own.
     *
     * @param device {@code null} or {@code ring}
     * @param frames that go round in the ring; a multiple of {@value #BURST}
     */
    static Testpmd loop(boolean hugepages, String device, int frames) {
        return device.equals("null")
                ? new Testpmd(hugepages, List.of("net_null0,copy=0"), "start")
                : new Testpmd(hugepages, List.of("net_ring0"), "start tx_first " + frames / BURST);
    }

    /** From one vhost-user socket to another; somebody else owns them. */
    static Testpmd vhost(boolean hugepages, VhostSockets sockets) {
        return new Testpmd(
                hugepages,
                List.of(
                        "net_vhost0,client=1,iface=" + sockets.in(),
                        "net_vhost1,client=1,iface=" + sockets.out()),
                "start");
    }

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
        devices.forEach(device -> words.add("--vdev=" + device));
        words.addAll(
                List.of(
                        "--",
                        "-i",
                        "--forward-mode=mac",
                        "--port-topology=" + (devices.size() == 1 ? "loop" : "paired"),
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
            child.say(begin);
            final int port = devices.size() - 1;
            sent(child, port);
            return new Running(
                    child, port, ThreadClock.named(child.pid(), "rte-worker-.*|lcore-.*"));
        } catch (IOException | InterruptedException | RuntimeException e) {
            child.close();
            throw e;
        }
    }

    private static long sent(Child child, int port) throws IOException, InterruptedException {
        child.say("show port stats " + port);
        return Long.parseLong(child.await(SENT, PATIENCE).group(1));
    }

    private record Running(Child child, int port, ThreadClock clock) implements Forwarder {
        @Override
        public long packets() throws IOException, InterruptedException {
            return sent(child, port);
        }

        @Override
        public void close() {
            child.close();
        }
    }
}
