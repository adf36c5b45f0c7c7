// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two namespaces with a host in each, and whatever a switch puts between them. Ours are known by
 * the alias of their loopback, so that what a killed run left behind is not taken for somebody
 * else's.
 */
final class TapNetwork implements AutoCloseable {
    static final String LEFT = "ipvane-bench-left";
    static final String RIGHT = "ipvane-bench-right";
    static final String MIDDLE = "ipvane-bench-middle";
    static final String INTERFACE = "eth0";
    static final String LEFT_ADDRESS = "10.77.0.1";
    static final String RIGHT_ADDRESS = "10.77.0.2";

    private static final String MARK = "ipvane-bench";
    private static final List<String> ALL = List.of(LEFT, RIGHT, MIDDLE);

    TapNetwork() throws IOException, InterruptedException {
        for (String namespace : ALL) {
            if (Files.exists(Path.of("/run/netns", namespace))) {
                if (!Child.run("ip", "-n", namespace, "link", "show", "dev", "lo").contains(MARK)) {
                    throw new IOException(
                            "a network namespace %s exists and is not ours; remove it with: ip netns del %s"
                                    .formatted(namespace, namespace));
                }
                Child.run("ip", "netns", "del", namespace);
            }
        }
        AtExit.add(this);
        for (String namespace : ALL) {
            Child.run("ip", "netns", "add", namespace);
            ip(namespace, "link", "set", "dev", "lo", "alias", MARK, "up");
            inside(namespace, "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
        }
    }

    /** {@code ip -n NAMESPACE ...}. */
    static void ip(String namespace, String... arguments) throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>(List.of("ip", "-n", namespace));
        words.addAll(List.of(arguments));
        Child.run(words, Map.of());
    }

    /** What goes before a command that is to run in a namespace. */
    static List<String> enter(String namespace) {
        return List.of("ip", "netns", "exec", namespace);
    }

    /** Runs a command in a namespace; its output. */
    static String inside(String namespace, String... command)
            throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>(enter(namespace));
        words.addAll(List.of(command));
        return Child.run(words, Map.of());
    }

    /** Gives the interface of a host its address and brings it up. */
    static void host(String namespace, String address) throws IOException, InterruptedException {
        ip(namespace, "addr", "add", address + "/24", "dev", INTERFACE);
        ip(namespace, "link", "set", "dev", INTERFACE, "up");
    }

    /** Waits until the hosts reach each other. */
    void await() throws IOException, InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                inside(LEFT, "ping", "-n", "-c", "1", "-W", "1", RIGHT_ADDRESS);
                return;
            } catch (IOException e) {
                if (attempt == 30) {
                    throw e;
                }
                Thread.sleep(200);
            }
        }
    }

    @Override
    public void close() throws IOException {
        AtExit.forget(this);
        try {
            for (String namespace : ALL) {
                if (Files.exists(Path.of("/run/netns", namespace))) {
                    Child.run("ip", "netns", "del", namespace);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
