// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.Setup.Uplink.AF_XDP;
import static io.ipvane.e2e.Setup.Uplink.TAP;

import io.ipvane.testing.Command.Result;
import io.ipvane.testing.Daemon;
import io.ipvane.testing.Netns;
import java.util.List;

/**
 * A running switch and what it connects.
 *
 * <pre>
 *   blue 10.0.0.11 --+
 *                    switch -- uplink -- outside 10.0.0.254
 *  green 10.0.0.12 --+   |
 *                     host port 10.0.0.1 (in the switch's own namespace)
 * </pre>
 *
 * The IPv6 addresses are fd00::11, fd00::12, fd00::fe and fd00::1. An iperf3 server listens in
 * every namespace. One thread.
 */
final class SwitchNetwork implements AutoCloseable {
    static final String SWITCH = "switch";
    static final String OUTSIDE = "outside";
    static final String BLUE = "blue";
    static final String GREEN = "green";
    static final List<String> LABELS = List.of(SWITCH, OUTSIDE, BLUE, GREEN);

    private final Setup setup;
    private final String ports;
    private final Netns net;
    private Daemon daemon;

    private SwitchNetwork(Setup setup, String ports, Netns net) {
        this.setup = setup;
        this.ports = ports;
        this.net = net;
    }

    /** A network whose switch forwards already. */
    static SwitchNetwork start(Setup setup, String mode) {
        return start(setup, mode, "");
    }

    /** The same with more ports: lines of the configuration, behind those of blue and green. */
    static SwitchNetwork start(Setup setup, String mode, String ports) {
        final SwitchNetwork network = prepare(setup, ports);
        try {
            network.daemon = Daemon.start(network.net, SWITCH, network.yaml(mode));
            network.settle();
            return network;
        } catch (RuntimeException | AssertionError e) {
            network.close();
            throw e;
        }
    }

    /** A network without a switch. */
    static SwitchNetwork prepare(Setup setup) {
        return prepare(setup, "");
    }

    private static SwitchNetwork prepare(Setup setup, String ports) {
        final Netns net = Netns.of(LABELS.toArray(new String[0]));
        final SwitchNetwork network = new SwitchNetwork(setup, ports, net);
        try {
            if (setup.uplink() != TAP) {
                net.veth(SWITCH, "up0", OUTSIDE, "eth0");
                if (setup.uplink() == AF_XDP) {
                    net.sendFinished(OUTSIDE, "eth0");
                }
                network.addressOutside();
            }
            LABELS.forEach(label -> net.background(label, "iperf3", "-s"));
            return network;
        } catch (RuntimeException | AssertionError e) {
            network.close();
            throw e;
        }
    }

    /** The configuration, all but {@code admin}. */
    String yaml(String mode) {
        return """
               eal: { hugepages: "off" }
               %suplinks:
                 - name: wan0
                   device: "%s"
                   mode: %s
                   host: { interface: ipvane0, addresses: ["10.0.0.1/24", "fd00::1/64"] }
               ports:
                 - { name: blue, uplink: wan0, type: tap, netns: %s, interface: eth0, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                 - { name: green, uplink: wan0, type: tap, netns: %s, interface: eth0, addresses: ["10.0.0.12/24", "fd00::12/64"] }
               %s"""
                .formatted(
                        setup.threads(),
                        setup.uplink().device,
                        mode,
                        net.name(BLUE),
                        net.name(GREEN),
                        ports);
    }

    /** Starts the switch again after it was stopped or killed. */
    void restart(String mode) {
        daemon.restart(yaml(mode));
        settle();
    }

    /** A TAP uplink is a cable whose far end the switch has made: it is carried outside. */
    private void settle() {
        if (setup.uplink() == TAP) {
            net.ip(SWITCH, "link", "set", "dev", "up0", "netns", net.name(OUTSIDE), "name", "eth0");
            net.ip(OUTSIDE, "link", "set", "dev", "eth0", "up");
            addressOutside();
        }
        for (String label : List.of(BLUE, GREEN)) {
            Eventually.holds(
                    label + " has carrier",
                    () -> !net.ip(label, "link", "show", "dev", "eth0").contains("NO-CARRIER"));
        }
        for (String label : LABELS) {
            Eventually.holds(
                    "duplicate address detection is over in " + label,
                    () -> net.ip(label, "-6", "address", "show", "tentative").isBlank());
        }
    }

    private void addressOutside() {
        net.address(OUTSIDE, "eth0", "10.0.0.254/24");
        net.address(OUTSIDE, "eth0", "fd00::fe/64");
    }

    Netns net() {
        return net;
    }

    Daemon daemon() {
        return daemon;
    }

    /** Three echo requests; one answer is enough where neighbours have to be resolved first. */
    Result ping(String from, String address) {
        return net.exec(from, "ping", "-n", "-c", "3", "-i", "0.05", "-W", "2", address);
    }

    /**
     * Two echo requests that nobody answers within half a second, which is a thousand times enough.
     */
    boolean isSilent(String from, String address) {
        return !net.exec(from, "ping", "-n", "-c", "2", "-i", "0.2", "-W", "0.5", address).ok();
    }

    /** iperf3 for a second; JSON. */
    Result iperf(String from, String address, String... options) {
        final String[] words = {
            "iperf3", "-J", "-t", "1", "--connect-timeout", "3000", "-c", address
        };
        final String[] all = java.util.Arrays.copyOf(words, words.length + options.length);
        System.arraycopy(options, 0, all, words.length, options.length);
        return net.exec(from, all);
    }

    /**
     * Frames that kernels have dropped outside of the switch, which a busy machine makes them do:
     * it may keep the switch from a TAP for longer than the queue lasts, and a program from its
     * socket.
     */
    long kernelDrops() {
        return LABELS.stream().mapToLong(l -> interfaceDrops(l) + udpErrors(l)).sum();
    }

    /** Of all interfaces, from proc(5) net/dev: towards the stack, and from it. */
    private long interfaceDrops(String label) {
        return net.exec(label, "grep", ":", "/proc/net/dev")
                .orFail()
                .output()
                .lines()
                .map(line -> line.strip().split("[: ]+", -1))
                .mapToLong(words -> Long.parseLong(words[4]) + Long.parseLong(words[12]))
                .sum();
    }

    private long udpErrors(String label) {
        final List<String> lines =
                net.exec(label, "grep", "^Udp:", "/proc/net/snmp")
                        .orFail()
                        .output()
                        .lines()
                        .toList();
        final int column = List.of(lines.get(0).split(" ", -1)).indexOf("InErrors");
        return Long.parseLong(lines.get(1).split(" ", -1)[column]);
    }

    @Override
    public void close() {
        try {
            if (daemon != null) {
                daemon.close();
            }
        } finally {
            net.close();
        }
    }
}
