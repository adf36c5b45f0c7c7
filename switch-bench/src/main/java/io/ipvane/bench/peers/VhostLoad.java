// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One {@code dpdk-testpmd} behind two vhost-user sockets of its own: sends what a file holds, over
 * and over, by the first as fast as it can, and takes what comes out of the second. One thread does
 * both, in turns of a burst each, so that it takes as much as it gives.
 *
 * <p>It waits for somebody at the first socket before it opens the second, and without a limit;
 * whoever asks it for a count has patience for {@value #PATIENCE_SECONDS} seconds.
 */
final class VhostLoad implements Sender, AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(PATIENCE_SECONDS);

    /** Slots of each ring: the most that virtio-user has. */
    private static final int SLOTS = 1024;

    /** Beside those of the file: in rings, in caches, on the way. */
    private static final int SPARE_MBUFS = 16_384;

    private static final int MBUF_BYTES = 2_500;

    // Ports are numbered as the devices stand in the command.
    private static final Pattern SENDER = Pattern.compile("statistics for port 1 ");
    private static final Pattern SINK = Pattern.compile("statistics for port 2 ");
    private static final Pattern RECEIVED = Pattern.compile("RX-packets: (\\d+)");
    private static final Pattern REFUSED = Pattern.compile("TX-dropped: (\\d+)");

    /**
     * Frames.
     *
     * @param refused that it could not send since the ring to the switch was full
     * @param received that came out of the switch
     */
    private record Count(long refused, long received) {}

    /**
     * What is sent, and how it wants to be received.
     *
     * @param file of the frames
     * @param frames in it
     * @param mergeable whether a frame may lie in several of the receiver's buffers
     */
    record Traffic(Path file, int frames, boolean mergeable) {}

    private final Child testpmd;

    private VhostLoad(Child testpmd) {
        this.testpmd = testpmd;
    }

    /** Starts it; it sends as soon as a switch is at both sockets. */
    static VhostLoad start(Settings settings, Traffic traffic, VhostSockets sockets)
            throws IOException {
        sockets.clear();
        return new VhostLoad(Child.start("load", command(settings, traffic, sockets)));
    }

    private static List<String> command(Settings settings, Traffic traffic, VhostSockets sockets) {
        final int mbufs = traffic.frames + SPARE_MBUFS;
        final int cpu = Settings.controlCpu();
        final List<String> words =
                new ArrayList<>(
                        List.of(
                                // Into a pipe it would say nothing for minutes.
                                "stdbuf",
                                "-oL",
                                "dpdk-testpmd",
                                "--lcores=0@" + cpu + ",1@" + cpu,
                                "--no-pci",
                                "--iova-mode=va",
                                "--no-telemetry"));
        words.addAll(
                settings.hugepages()
                        // The protocol has room for a few descriptors only.
                        ? List.of("--in-memory", "--single-file-segments")
                        : List.of(
                                "--no-huge",
                                "--no-shconf",
                                "-m",
                                Long.toString(128 + (((long) mbufs * MBUF_BYTES) >> 20))));
        words.add("--vdev=net_pcap0,infinite_rx=1,rx_pcap=" + traffic.file);
        words.add("--vdev=" + virtio(0, sockets.in(), traffic));
        words.add("--vdev=" + virtio(1, sockets.out(), traffic));
        words.add("--vdev=net_null0,no-rx=1");
        words.addAll(
                List.of(
                        "--",
                        "-i",
                        "--auto-start",
                        "--forward-mode=io",
                        "--port-topology=paired",
                        "--nb-cores=1",
                        "--burst=64",
                        "--rxd=" + SLOTS,
                        "--txd=" + SLOTS,
                        "--mbcache=512",
                        "--total-num-mbufs=" + mbufs,
                        "--disable-link-check"));
        return words;
    }

    private static String virtio(int number, Path socket, Traffic traffic) {
        return "net_virtio_user%d,server=1,queue_size=%d,mrg_rxbuf=%d,path=%s"
                .formatted(number, SLOTS, traffic.mergeable ? 1 : 0, socket);
    }

    /** Frames that came out of the switch so far. */
    long received() throws IOException, InterruptedException {
        return count().received;
    }

    @Override
    public Reading read() throws IOException, InterruptedException {
        return new Reading(
                count().refused, ThreadClock.named(testpmd.pid(), "rte-worker-.*|lcore-.*").read());
    }

    private Count count() throws IOException, InterruptedException {
        testpmd.say("show fwd stats all");
        testpmd.await(SENDER, PATIENCE);
        final long refused = number(REFUSED);
        testpmd.await(SINK, PATIENCE);
        return new Count(refused, number(RECEIVED));
    }

    private long number(Pattern pattern) throws IOException, InterruptedException {
        return Long.parseLong(testpmd.await(pattern, PATIENCE).group(1));
    }

    @Override
    public void close() {
        testpmd.close();
    }
}
