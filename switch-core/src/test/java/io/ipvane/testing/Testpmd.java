// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code dpdk-testpmd} as a program that has a device on the other side of a socket: virtio-net by
 * vhost-user, or memif. It forwards from its start to its end by itself. One thread.
 */
public final class Testpmd implements AutoCloseable {
    /** Enough for its buffers and rings, in MiB. */
    private static final String MEMORY = "256";

    private static final String BUFFERS = "8192";

    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 15;

    private static final Pattern RECEIVED = Pattern.compile("RX-packets: (\\d+)");
    private static final Pattern SENT = Pattern.compile("TX-packets: (\\d+)");

    /** What it speaks at its socket, with the options of DPDK's driver. */
    public enum Driver {
        /** vhost-user. */
        VIRTIO_USER {
            @Override
            String device(Peer peer) {
                return "net_virtio_user0,path=%s,queues=%d,mac=%s%s"
                        .formatted(
                                peer.socket,
                                peer.queues,
                                peer.mac,
                                peer.listens ? ",server=1" : "");
            }
        },

        /** memif, interface 0. */
        MEMIF {
            @Override
            String device(Peer peer) {
                return "net_memif0,socket=%s,socket-abstract=no,id=0,mac=%s,role=%s"
                        .formatted(peer.socket, peer.mac, peer.listens ? "server" : "client");
            }
        };

        abstract String device(Peer peer);
    }

    /**
     * What to start.
     *
     * @param driver that it speaks by
     * @param socket path
     * @param listens whether it makes the socket; else it connects to it, once
     * @param queues pairs of rings
     * @param hugepages whether its memory is made of them
     * @param mode forward mode: {@code io}, {@code mac}, {@code txonly}, {@code rxonly}, {@code
     *     5tswap}, {@code icmpecho}
     * @param mac of its card
     * @param options more of its own, after {@code --}
     */
    public record Peer(
            Driver driver,
            Path socket,
            boolean listens,
            int queues,
            boolean hugepages,
            String mode,
            String mac,
            List<String> options) {
        /** Copies the list. */
        public Peer {
            options = List.copyOf(options);
        }

        /** The usual one: makes the socket, one queue, plain memory. */
        public static Peer of(Path socket, String mode, String mac, String... options) {
            return new Peer(
                    Driver.VIRTIO_USER, socket, true, 1, false, mode, mac, List.of(options));
        }

        /** The same by another driver. */
        public Peer by(Driver value) {
            return new Peer(value, socket, listens, queues, hugepages, mode, mac, options);
        }

        /** The same with another way of finding each other. */
        public Peer listening(boolean value) {
            return new Peer(driver, socket, value, queues, hugepages, mode, mac, options);
        }

        /** The same with more queues. */
        public Peer withQueues(int value) {
            return new Peer(driver, socket, listens, value, hugepages, mode, mac, options);
        }

        /** The same with other memory. */
        public Peer withHugepages(boolean value) {
            return new Peer(driver, socket, listens, queues, value, mode, mac, options);
        }

        private List<String> command() {
            final List<String> words =
                    new ArrayList<>(
                            List.of(
                                    // Into a file it would say nothing for minutes.
                                    "stdbuf",
                                    "-oL",
                                    "dpdk-testpmd",
                                    "-l",
                                    "0,1",
                                    "--no-pci",
                                    "--no-telemetry"));
            // Memory without hugepages is not to be had together with --in-memory.
            words.addAll(
                    hugepages
                            ? List.of("--in-memory", "--single-file-segments")
                            : List.of("--no-huge", "--no-shconf", "-m", MEMORY));
            words.add("--vdev=" + driver.device(this));
            words.addAll(
                    List.of(
                            "--",
                            "--nb-cores=1",
                            "--rxq=" + queues,
                            "--txq=" + queues,
                            "--total-num-mbufs=" + BUFFERS,
                            "--forward-mode=" + mode,
                            "--stats-period=1"));
            words.addAll(options);
            return words;
        }
    }

    /**
     * What it has counted.
     *
     * @param received frames
     * @param sent frames
     */
    public record Counters(long received, long sent) {}

    private final Path log;
    private final Process process;

    private Testpmd(Path log, Process process) {
        this.log = log;
        this.process = process;
    }

    /** Starts one; where its program is missing, the test is skipped. */
    public static Testpmd start(Peer peer) {
        Machine.needsRoot();
        Machine.needsProgram("dpdk-testpmd");
        if (peer.hugepages()) {
            Machine.needsHugepages();
        }
        try {
            if (peer.listens()) {
                // As QEMU does; DPDK's driver refuses a socket that a killed run has left.
                Files.deleteIfExists(peer.socket());
            }
            final Path log = Files.createTempFile("ipvane-testpmd-", ".log");
            // Its input stays open: at the end of it, it would end.
            final Process process =
                    new ProcessBuilder(peer.command())
                            .redirectErrorStream(true)
                            .redirectOutput(Redirect.to(log.toFile()))
                            .start();
            return new Testpmd(log, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until it forwards; one that listens does so once somebody has connected.
     *
     * @throws AssertionError with what it said where it does not get there
     */
    public Testpmd awaitForwarding() {
        final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!log().contains("NIC statistics")) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new AssertionError(
                        (process.isAlive()
                                        ? "testpmd does not forward:\n"
                                        : "testpmd ended with " + process.exitValue() + ":\n")
                                + log());
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return this;
    }

    /** What it has counted up to a second ago; zeros before it forwards. */
    public Counters counters() {
        final String said = log();
        return new Counters(last(RECEIVED, said), last(SENT, said));
    }

    private static long last(Pattern pattern, String text) {
        final Matcher matcher = pattern.matcher(text);
        long value = 0;
        while (matcher.find()) {
            value = Long.parseLong(matcher.group(1));
        }
        return value;
    }

    /** What it has said. */
    public String log() {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it as a user does; what it counted in all. */
    public Counters stop() {
        process.destroy();
        // DPDK's memif driver now and then does not come out of its own end. All is told by then.
        if (!ended() && log().contains("Port 0 is closed")) {
            System.out.println("testpmd hangs in its own end, and is killed");
            process.destroyForcibly();
        }
        await();
        return counters();
    }

    /** Ends it by SIGKILL: nobody tells the other side. */
    public void kill() {
        process.destroyForcibly();
        await();
    }

    private void await() {
        if (!ended()) {
            process.destroyForcibly();
            throw new AssertionError("testpmd did not end:\n" + log());
        }
    }

    private boolean ended() {
        try {
            return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kills it if it runs. */
    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
        try {
            Files.delete(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
