// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * ipvane's data plane in a JVM of its own, with its real threads.
 *
 * @param system as in the column "system"
 * @param device {@code null}, {@code ring}, a {@link VhostSockets#name} or, for the reference in
 *     its place, {@link VhostSockets#referenceName}, or the file that net_pcap repeats
 * @param mode {@code l2} or {@code l3}
 * @param ingress {@code wire} or {@code inside}: see {@link io.ipvane.bench.dispatch.DispatchSetup}
 * @param plan name of a {@link io.ipvane.config.ThreadPlan}
 */
record IpvaneForwarder(
        String system,
        boolean hugepages,
        String device,
        String mode,
        String ingress,
        int family,
        int addresses,
        int frames,
        int ports,
        String plan)
        implements Peer {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern READY = Pattern.compile("^ready$");
    private static final Pattern COUNT =
            Pattern.compile("^sent (\\d+) errors (\\d+) compiling (\\d+)$");
    private static final Duration COMPILING = Duration.ofSeconds(1);
    private static final int WARM_UP = 20;

    @Override
    public Forwarder start() throws IOException, InterruptedException {
        final Child child =
                JavaChild.start(
                        ForwarderMain.class,
                        hugepages,
                        Settings.forwardingCpu(),
                        device,
                        mode,
                        ingress,
                        family,
                        addresses,
                        frames,
                        ports,
                        plan);
        try {
            child.await(READY, PATIENCE);
            warmUp(child);
            return new Running(
                    child, ThreadClock.named(child.pid(), "lcore-" + Settings.forwardingCpu()));
        } catch (IOException | InterruptedException | RuntimeException e) {
            child.close();
            throw e;
        }
    }

    /** Until the compilers have had nothing to do for a second. */
    private static void warmUp(Child child) throws IOException, InterruptedException {
        String before = "";
        for (int i = 0; i < WARM_UP; i++) {
            Thread.sleep(COMPILING);
            final String now = count(child).group(3);
            if (now.equals(before)) {
                return;
            }
            before = now;
        }
    }

    private static Matcher count(Child child) throws IOException, InterruptedException {
        child.say("count");
        final Matcher matcher = child.await(COUNT, PATIENCE);
        if (!matcher.group(2).equals("0")) {
            throw child.failure("met exceptions in its stages");
        }
        return matcher;
    }

    private record Running(Child child, ThreadClock clock) implements Forwarder {
        @Override
        public long packets() throws IOException, InterruptedException {
            return Long.parseLong(count(child).group(1));
        }

        @Override
        public void close() {
            child.close();
        }
    }
}
