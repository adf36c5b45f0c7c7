// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import io.ipvane.testing.Command.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Network namespaces that live as long as a test:
 *
 * <pre>{@code
 * try (Netns net = Netns.of("a", "b")) {
 *     net.veth("a", "eth0", "b", "eth0");
 *     net.exec("a", "ping", "-c", "1", "10.0.0.2").orFail();
 * }
 * }</pre>
 *
 * <p>A namespace is called by its label here; the kernel knows it by a name with the process id of
 * the test in it, so test runs beside each other do not meet, and what a killed one left is removed
 * by the next. Each step registers its own undo. One thread. Needs root, else the test is skipped.
 */
public final class Netns implements AutoCloseable {
    private static final AtomicInteger INSTANCES = new AtomicInteger();
    private static final Pattern NAME = Pattern.compile("ipvt(\\d+)\\.\\d+-\\S+");

    private final Map<String, String> names = new LinkedHashMap<>();
    private final Undo undo = new Undo();
    private String prefix;

    private Netns() {}

    /** Makes a namespace for every label, loopback up. */
    public static Netns of(String... labels) {
        Machine.needsRoot();
        Machine.needsProgram("ip");
        removeLeftovers();
        final Netns net = new Netns();
        net.prefix =
                "ipvt" + ProcessHandle.current().pid() + "." + INSTANCES.incrementAndGet() + "-";
        try {
            for (String label : labels) {
                net.add(label, net.prefix + label);
            }
        } catch (RuntimeException | AssertionError e) {
            net.close();
            throw e;
        }
        return net;
    }

    private void add(String label, String name) {
        Command.run("ip", "netns", "add", name).orFail();
        undo.add(() -> remove(name));
        names.put(label, name);
        ip(label, "link", "set", "dev", "lo", "up");
    }

    /** The name that a namespace would have, which {@link #make} may make. */
    public String reserve(String label) {
        names.put(label, prefix + label);
        undo.add(
                () -> {
                    if (Files.exists(Path.of("/run/netns", prefix + label))) {
                        remove(prefix + label);
                    }
                });
        return prefix + label;
    }

    /** Makes a namespace whose name was reserved, or that was deleted. */
    public void make(String label) {
        Command.run("ip", "netns", "add", name(label)).orFail();
        ip(label, "link", "set", "dev", "lo", "up");
    }

    /** Takes away the name of a namespace, as {@code ip netns del} does; nothing in it is ended. */
    public void delete(String label) {
        Command.run("ip", "netns", "del", name(label)).orFail();
    }

    /** The kernel's name of a namespace: what configuration and {@code ip netns} take. */
    public String name(String label) {
        final String name = names.get(label);
        if (name == null) {
            throw new IllegalArgumentException("no namespace " + label + " in " + names.keySet());
        }
        return name;
    }

    /** Runs {@code ip} inside a namespace; fails the test where it fails. */
    public String ip(String label, String... words) {
        return Command.run(words("ip", "-n", name(label), words)).orFail().output();
    }

    /** Runs a program inside a namespace for at most a minute. */
    public Result exec(String label, String... words) {
        return Command.run(inside(label, words));
    }

    /** Runs a program inside a namespace. */
    public Result exec(Duration limit, String label, String... words) {
        return Command.run(limit, List.of(inside(label, words)));
    }

    /** Starts a program inside a namespace that runs until the namespaces go. */
    public Process background(String label, String... words) {
        try {
            final Process process =
                    new ProcessBuilder(inside(label, words))
                            .redirectErrorStream(true)
                            .redirectOutput(Redirect.DISCARD)
                            .start();
            undo.add(() -> kill(process));
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", words), e);
        }
    }

    /** The words that run a program inside a namespace. */
    public String[] inside(String label, String... words) {
        return words("ip", "netns", "exec", name(label), words);
    }

    /** Lays a cable: a veth pair, both ends up, with all offloads that it has. */
    public void veth(String label, String device, String peerLabel, String peerDevice) {
        Command.run(
                        "ip",
                        "-n",
                        name(label),
                        "link",
                        "add",
                        device,
                        "type",
                        "veth",
                        "peer",
                        "name",
                        peerDevice,
                        "netns",
                        name(peerLabel))
                .orFail();
        undo.add(() -> exec(label, "ip", "link", "del", "dev", device));
        ip(label, "link", "set", "dev", device, "up");
        ip(peerLabel, "link", "set", "dev", peerDevice, "up");
    }

    /** What is sent by a device is finished by its stack: for a receiver that cannot tell. */
    public void sendFinished(String label, String device) {
        exec(label, "ethtool", "-K", device, "tx", "off").orFail();
    }

    /** Adds an IPv4 or IPv6 address; the latter without duplicate address detection. */
    public void address(String label, String device, String address) {
        final List<String> words =
                new ArrayList<>(List.of("address", "add", address, "dev", device));
        if (address.contains(":")) {
            words.add("nodad");
        }
        ip(label, words.toArray(new String[0]));
    }

    /** Whether an interface is in a namespace now. */
    public boolean hasDevice(String label, String device) {
        return exec(label, "ip", "link", "show", "dev", device).ok();
    }

    /** Remembers how to take back a step that a test has made by itself. */
    public void undo(Runnable step) {
        undo.add(step);
    }

    /** Takes back every step, last first. */
    @Override
    public void close() {
        undo.close();
    }

    private static void kill(Process process) {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes a namespace and, before, whatever still runs in it. */
    private static void remove(String name) {
        Command.run("ip", "netns", "pids", name)
                .orFail()
                .output()
                .lines()
                .forEach(
                        pid ->
                                ProcessHandle.of(Long.parseLong(pid.strip()))
                                        .ifPresent(ProcessHandle::destroyForcibly));
        Command.run("ip", "netns", "del", name).orFail();
    }

    private static void removeLeftovers() {
        for (String line : Command.run("ip", "netns", "list").orFail().output().lines().toList()) {
            final Matcher name = NAME.matcher(line);
            if (name.lookingAt() && !Files.exists(Path.of("/proc", name.group(1)))) {
                remove(name.group());
            }
        }
    }

    private static String[] words(String a, String b, String c, String[] rest) {
        return words(List.of(a, b, c), rest);
    }

    private static String[] words(String a, String b, String c, String d, String[] rest) {
        return words(List.of(a, b, c, d), rest);
    }

    private static String[] words(List<String> first, String[] rest) {
        final List<String> all = new ArrayList<>(first);
        all.addAll(List.of(rest));
        return all.toArray(new String[0]);
    }
}
