// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import ch.qos.logback.classic.LoggerContext;
import io.ipvane.admin.AdminException;
import io.ipvane.admin.AdminServer;
import io.ipvane.cli.BuildVersion;
import io.ipvane.config.DeviceSpec;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.ControlPlane;
import io.ipvane.control.DropCatalog;
import io.ipvane.control.SwitchStatus;
import io.ipvane.counters.Counters;
import io.ipvane.device.Device;
import io.ipvane.device.MbufPool;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.lcore.ThreadTopology;
import io.ipvane.lcore.TopologyRunner;
import io.ipvane.lcore.Trails;
import io.ipvane.linux.KeptTaps;
import io.ipvane.linux.LinuxException;
import io.ipvane.model.SwitchModel;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.socket.SocketFileException;
import io.ipvane.upcall.Mailboxes;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The daemon: starts every part in order, waits for a signal, stops in reverse. A part that cannot
 * start is one sentence on stderr and exit code 1, and nothing is left behind.
 */
final class SwitchDaemon {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchDaemon.class);

    /** Memory of DPDK beside the frame pools, for rings. */
    private static final int RINGS_MEGABYTES = 128;

    private static final long LAST_WORDS_MILLIS = 500;

    /** Set by the parent that starts no more: only what the dead had taken is given back. */
    private static final String GIVE_BACK = "IPVANE_GIVE_BACK";

    /** Uplinks, host ports and ports; each has a row of counters and a lane an lcore. */
    private static final int MAX_DEVICES = 4_096;

    private final SwitchConfig config;
    private final Reload reload;
    private final Closers started = new Closers();

    private SwitchDaemon(SwitchConfig config, Reload reload) {
        this.config = config;
        this.reload = reload;
    }

    /**
     * Runs until SIGTERM or SIGINT. The exit code: 0, or 1 where it could not start.
     *
     * @param again reads the configuration once more
     */
    static int run(SwitchConfig config, Supplier<SwitchConfig> again) {
        final BoundedOutput errors = stderr();
        if (System.getenv(GIVE_BACK) != null) {
            Devices.restoreLeftovers(List.of());
            ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
            return 0;
        }
        // The HTTP server logs by java.util.logging.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        final CountDownLatch stop = new CountDownLatch(1);
        final CountDownLatch stopped = new CountDownLatch(1);
        final AtomicInteger code = new AtomicInteger(1);
        final Thread hook = new Thread(() -> signalled(stop, stopped, code), "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        final Reload reload = new Reload(again);
        Signals.handle(reload::ask);
        final SwitchDaemon daemon = new SwitchDaemon(config, reload);
        try {
            daemon.start();
            stop.await();
            LOG.info("event=stopping");
            code.set(0);
        } catch (RuntimeException | LinkageError e) {
            refused(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            daemon.started.close();
            LOG.info("event=stopped");
            // The last lines, where somebody reads them.
            ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
            errors.drain(LAST_WORDS_MILLIS);
            stopped.countDown();
        }
        return code.get();
    }

    /** Nobody waits for whoever reads stderr either. */
    private static BoundedOutput stderr() {
        final BoundedOutput output =
                new BoundedOutput(
                        "stderr",
                        new FileOutputStream(FileDescriptor.err),
                        lines -> (lines + " lines dropped\n").getBytes(StandardCharsets.UTF_8));
        final OutputStream offering =
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        output.offer(new byte[] {(byte) b});
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        output.offer(Arrays.copyOfRange(bytes, offset, offset + length));
                    }
                };
        System.setErr(new PrintStream(offering, true, StandardCharsets.UTF_8));
        return output;
    }

    /** One sentence for the user; where it came from only for what nobody has foreseen. */
    private static void refused(Throwable e) {
        // Everything that goes through the shim finds it in a class initialiser.
        final Throwable why =
                e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
        final boolean foreseen =
                why instanceof DpdkException
                        || why instanceof LinuxException
                        || why instanceof AdminException
                        || why instanceof SocketFileException
                        || why instanceof IllegalArgumentException
                        || why instanceof IllegalStateException;
        System.err.println("ipvane: " + (foreseen ? why.getMessage() : why.toString()));
        if (!foreseen) {
            LOG.error("event=start_failed", why);
        }
    }

    /**
     * Runs in the JVM's shutdown, which must not end before everything has been given back; ends
     * the JVM itself, because after a signal it would otherwise exit with 128 + signal, as if
     * killed.
     */
    private static void signalled(CountDownLatch stop, CountDownLatch stopped, AtomicInteger code) {
        stop.countDown();
        try {
            stopped.await();
            Runtime.getRuntime().halt(code.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void start() {
        DropCatalog.check();
        final ThreadTopology threads =
                ThreadTopology.of(
                        config.threads().plan(),
                        config.threads().idle(),
                        config.threads().lcores());
        final PoolSizes sizes = PoolSizes.of(config, Devices::mtuOf);
        final Eal eal = started.add("EAL", Eal.start(ealOptions(sizes)));
        LOG.info("event=eal_started dpdk=\"{}\" hugepages={}", eal.version(), eal.hugepages());
        final FramePools pools =
                started.add("frame pools", FramePools.make(sizes, eal.hugepages()));
        final MbufPool pool = new MbufPool(pools.frames());
        final Arena arena = Arena.ofShared();
        started.add("arena", arena);

        final KeptTaps kept = started.add("kept interfaces", Devices.kept(config));
        Devices.restoreLeftovers(config.uplinks());
        final SocketKeeper keeper = started.add("socket keeper", new SocketKeeper());
        final Units units = started.add("devices", new Units());
        final SnapshotPublisher publisher = new SnapshotPublisher();
        final Mailboxes mailboxes = new Mailboxes(threads.transmitters());
        final Counters counters = new Counters(arena, MAX_DEVICES);
        final TopologyRunner topology =
                new TopologyRunner(
                        threads,
                        new Device[0],
                        pool,
                        counters,
                        publisher,
                        mailboxes,
                        arena,
                        Trails.ofParent(arena));
        final ControlPlane control =
                started.add(
                        "control plane",
                        new ControlPlane(
                                SwitchModel.EMPTY,
                                publisher,
                                topology.quiescence(),
                                mailboxes,
                                pool,
                                counters,
                                topology::takeErrors));
        final PortEndpoints endpoints = new PortEndpoints();
        control.endpoints(endpoints);
        final InterfaceWatch watch = new InterfaceWatch(control);
        final Absences absences = new Absences();
        final LiveSwitch live =
                new LiveSwitch(
                        units,
                        new Devices(pools, threads, kept, control.remotes(), keeper),
                        control,
                        new Placement(units, control, topology, counters, watch, endpoints),
                        watch,
                        absences);
        started.add("lcores", topology);
        started.add("interface watch", watch);
        control.start();
        topology.start();
        final ConfigChanges changes = new ConfigChanges(live, config);
        changes.start(config);
        final Reconciler reconciler = started.add("reconciler", new Reconciler(changes::reconcile));
        watch.onNews(reconciler::wake);
        reconciler.start();

        final SwitchStatus status =
                new SwitchStatus(
                        control,
                        counters,
                        topology,
                        threads,
                        BuildVersion.current(),
                        eal.version());
        status.absent(absences);
        started.add("admin", AdminServer.start(config.admin(), status, changes));
        kept.started();
        started.add("interfaces that stay", kept::stopping);
        // Stopped before the admin interface: the change under way ends, and is answered.
        started.add("changes", changes);
        status.ready();
        reload.start(changes);
        LOG.info(
                "event=ready uplinks={} ports={} plan={} lcores={}",
                config.uplinks().size(),
                config.ports().size(),
                threads.plan().key(),
                config.threads().lcores());
    }

    private EalOptions ealOptions(PoolSizes sizes) {
        final List<String> pci =
                config.uplinks().stream()
                        .map(UplinkConfig::device)
                        .filter(DeviceSpec.Pci.class::isInstance)
                        .map(device -> ((DeviceSpec.Pci) device).address())
                        .toList();
        final EalOptions.Hugepages hugepages =
                switch (config.eal().hugepages()) {
                    case AUTO -> EalOptions.Hugepages.AUTO;
                    case REQUIRED -> EalOptions.Hugepages.REQUIRED;
                    case OFF -> EalOptions.Hugepages.OFF;
                };
        return new EalOptions(
                hugepages,
                (int)
                        Math.max(
                                EalOptions.DEFAULT_MEMORY_MEGABYTES,
                                sizes.megabytes() + RINGS_MEGABYTES),
                pci,
                config.eal().extraArgs());
    }
}
