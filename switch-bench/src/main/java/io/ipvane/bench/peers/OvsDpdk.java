// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * OVS with DPDK, private: database, sockets and pid files in a directory of its own, nothing of the
 * packaged service. One bridge {@code br0} with the userspace datapath.
 *
 * <p>In a network namespace without a name: OVS makes interfaces that outlive it, the namespace
 * does not.
 */
final class OvsDpdk implements AutoCloseable {
    private static final Path VSWITCHD =
            Path.of("/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk");
    private static final String SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final Map<String, String> environment;
    private final Child database;
    private Child vswitchd;

    private OvsDpdk(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.environment =
                Map.of(
                        "OVS_RUNDIR", directory.toString(),
                        "OVS_LOGDIR", directory.toString(),
                        "OVS_DBDIR", directory.toString(),
                        "OVS_SYSCONFDIR", directory.toString());
        run("ovsdb-tool", "create", path("conf.db"), SCHEMA);
        database =
                Child.start(
                        "ovsdb-server",
                        List.of(
                                "ovsdb-server",
                                path("conf.db"),
                                "--remote=punix:" + path("db.sock"),
                                "--unixctl=" + path("db.ctl"),
                                "--pidfile=" + path("db.pid")),
                        environment);
    }

    /** Starts it, with EAL if asked; returns when it answers. */
    static OvsDpdk start(Settings settings) throws IOException, InterruptedException {
        final OvsDpdk ovs = new OvsDpdk(Files.createTempDirectory(settings.directory(), "ovs"));
        try {
            ovs.await("db.sock");
            ovs.vsctl("--no-wait", "init");
            ovs.vsctl(
                    "--no-wait",
                    "set",
                    "Open_vSwitch",
                    ".",
                    "other_config:dpdk-init=true",
                    "other_config:pmd-cpu-mask=" + mask(Settings.forwardingCpu()),
                    "other_config:dpdk-lcore-mask=" + mask(Settings.controlCpu()),
                    "other_config:dpdk-extra=\"%s\"".formatted(eal(settings.hugepages())));
            ovs.vswitchd =
                    Child.start(
                            "ovs-vswitchd",
                            List.of(
                                    "unshare",
                                    "--net",
                                    VSWITCHD.toString(),
                                    "unix:" + ovs.path("db.sock"),
                                    "--unixctl=" + ovs.path("vswitchd.ctl"),
                                    "--pidfile=" + ovs.path("vswitchd.pid"),
                                    "-vconsole:warn"),
                            ovs.environment);
            ovs.await("vswitchd.ctl");
            ovs.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev");
            return ovs;
        } catch (IOException | InterruptedException | RuntimeException e) {
            ovs.close();
            throw e;
        }
    }

    private static String mask(int cpu) {
        return "0x" + Long.toHexString(1L << cpu);
    }

    private static String eal(boolean hugepages) {
        return "--no-pci --iova-mode=va --no-telemetry "
                + (hugepages ? "--in-memory" : "--no-huge --no-shconf -m 1024");
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private void await(String socket) throws IOException, InterruptedException {
        final long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(directory.resolve(socket))) {
            final Child child = vswitchd == null ? database : vswitchd;
            if (!child.alive() || System.nanoTime() > end) {
                throw child.failure("did not start");
            }
            Thread.sleep(20);
        }
    }

    private String run(String... command) throws IOException, InterruptedException {
        return Child.run(List.of(command), environment);
    }

    private String run(String tool, String option, String[] arguments)
            throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>(List.of(tool, option));
        words.addAll(List.of(arguments));
        return Child.run(words, environment);
    }

    /** Changes the configuration; returns when the switch has it. */
    String vsctl(String... arguments) throws IOException, InterruptedException {
        try {
            return run("ovs-vsctl", "--db=unix:" + path("db.sock"), arguments);
        } catch (IOException e) {
            throw vswitchd == null ? e : vswitchd.failure("does not answer: " + e.getMessage());
        }
    }

    /** Asks the switch. */
    String appctl(String... arguments) throws IOException, InterruptedException {
        return run("ovs-appctl", "--target=" + path("vswitchd.ctl"), arguments);
    }

    /** Replaces the rules of {@code br0} by those of a file. */
    void flows(Path file) throws IOException, InterruptedException {
        run("ovs-ofctl", "replace-flows", path("br0.mgmt"), file.toString());
    }

    /** Fails where a port could not be opened: OVS accepts it all the same. */
    void checkPorts() throws IOException, InterruptedException {
        final String errors =
                vsctl("--bare", "--columns=error", "list", "Interface").replaceAll("\\s+", " ");
        if (!errors.isBlank()) {
            throw vswitchd.failure("could not open a port: " + errors.strip());
        }
    }

    /** Waits until the datapath holds that many flows. */
    void awaitFlows(int flows) throws IOException, InterruptedException {
        final Pattern current = Pattern.compile("\\(current (\\d+)\\)");
        final long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (System.nanoTime() < end) {
            final var matcher = current.matcher(appctl("upcall/show"));
            if (matcher.find() && Integer.parseInt(matcher.group(1)) >= flows) {
                return;
            }
            Thread.sleep(500);
        }
        throw vswitchd.failure("has not made " + flows + " datapath flows in three minutes");
    }

    /** Gives an interface of its namespace to another. */
    void move(String networkInterface, String namespace) throws IOException, InterruptedException {
        Child.run(
                "nsenter",
                "--net=/proc/" + pid() + "/ns/net",
                "ip",
                "link",
                "set",
                "dev",
                networkInterface,
                "netns",
                namespace);
    }

    long pid() {
        return vswitchd.pid();
    }

    @Override
    public void close() {
        if (vswitchd != null) {
            vswitchd.close();
        }
        database.close();
    }
}
