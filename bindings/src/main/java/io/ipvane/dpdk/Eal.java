// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.ffi.Dpdk;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * DPDK's environment: memory, buses, logs. DPDK can be initialised <b>once a process</b>: after a
 * start that got as far as DPDK, successful or not, the next {@link #start} is refused. What can be
 * judged before (hugepages) does not use that one try up.
 *
 * <p>Always {@code --no-telemetry}, and {@code --in-memory} with hugepages or {@code --no-shconf}
 * without: no file, socket or hugepage outlives the process, however it ends, only DPDK's empty
 * runtime directory {@code /run/dpdk/rte}. DPDK pins the thread that initialises it and makes
 * threads that inherit the pinning; so that none of ours do, that happens on a thread of its own,
 * over all CPUs of the process.
 *
 * <p>Devices in memory get virtual addresses ({@code --iova-mode=va}). With a PCI device DPDK
 * chooses by what is there: virtual addresses behind an IOMMU, physical ones without, for which
 * hugepages are a must.
 *
 * <p>DPDK logs warnings and errors to standard error; what it says about a failed call becomes part
 * of the {@link DpdkException} instead.
 */
public final class Eal implements AutoCloseable {
    private static final MethodHandle INIT =
            NativeLibrary.call("ipvane_eal_init", JAVA_INT, JAVA_INT, POINTER, POINTER, JAVA_INT);

    /**
     * What is laid out beyond what was asked for, for pools that are made later. Plain memory is
     * taken when it is used; more hugepages are asked for then.
     */
    private static final int SPARE_MEGABYTES = 1024;

    private enum State {
        UNUSED,
        RUNNING,
        SPENT
    }

    private static final AtomicReference<State> STATE = new AtomicReference<>(State.UNUSED);

    private final boolean hugepages;

    private Eal(boolean hugepages) {
        this.hugepages = hugepages;
    }

    /** Starts DPDK, or throws a {@link DpdkException} with the reason and the way out. */
    public static Eal start(EalOptions options) {
        return start(options, HugepageMemory.SYSFS);
    }

    static Eal start(EalOptions options, Path hugepageCounters) {
        NativeLibrary.require();
        MbufLayout.check();
        BurstLayoutCheck.check();
        if (options.extraArgs().contains("-h") || options.extraArgs().contains("--help")) {
            throw new DpdkException(
                    "eal: extraArgs has -h, which ends the process; see dpdk-testpmd -h for DPDK's"
                            + " arguments");
        }
        final boolean hugepages =
                useHugepages(options, HugepageMemory.freeMegabytes(hugepageCounters));
        if (!STATE.compareAndSet(State.UNUSED, State.RUNNING)) {
            throw new DpdkException(
                    "DPDK can be initialised once a process and has been; start a new process");
        }
        final String failure = onOwnThread(arguments(options, hugepages));
        if (failure != null) {
            STATE.set(State.SPENT);
            throw new DpdkException(
                    "DPDK did not start: "
                            + failure
                            + "; mend eal.extraArgs or the host and start a new process");
        }
        return new Eal(hugepages);
    }

    private static boolean useHugepages(EalOptions options, long free) {
        final boolean enough = free >= options.memoryMegabytes();
        if (options.hugepages() == EalOptions.Hugepages.REQUIRED && !enough) {
            throw new DpdkException(
                    "eal: hugepages=required needs "
                            + options.memoryMegabytes()
                            + " MB of free hugepages, "
                            + free
                            + " MB are free; reserve some (sysctl vm.nr_hugepages="
                            + (options.memoryMegabytes() + 1) / 2
                            + ") or set hugepages: auto");
        }
        return enough && options.hugepages() != EalOptions.Hugepages.OFF;
    }

    private static List<String> arguments(EalOptions options, boolean hugepages) {
        final String cpus =
                LcoreThread.allowedCpus().stream()
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(","));
        final List<String> args =
                new ArrayList<>(
                        List.of(
                                "ipvane",
                                "--no-telemetry",
                                "--log-level=warning",
                                "--lcores=0@(" + cpus + ")"));
        if (hugepages) {
            args.add("--in-memory");
        } else {
            // 22.11 refuses --in-memory here; what it would do is done by --no-shconf.
            args.addAll(List.of("--no-shconf", "--no-huge", "-m"));
            args.add(Integer.toString(options.memoryMegabytes() + SPARE_MEGABYTES));
        }
        if (options.pci().isEmpty()) {
            args.addAll(List.of("--iova-mode=va", "--no-pci"));
        }
        options.pci().forEach(address -> args.addAll(List.of("-a", address)));
        args.addAll(options.extraArgs());
        return args;
    }

    /** Initialises DPDK; null, or why that failed. */
    private static String onOwnThread(List<String> args) {
        final AtomicReference<String> failure = new AtomicReference<>("interrupted");
        final Thread thread =
                Thread.ofPlatform()
                        .name("ipvane-eal")
                        .daemon()
                        .start(() -> failure.set(initialise(args)));
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return failure.get();
    }

    private static String initialise(List<String> args) {
        // DPDK keeps pointers into its arguments.
        final Arena forever = Arena.global();
        final MemorySegment argv = forever.allocate(JAVA_LONG, args.size() + 1L);
        for (int i = 0; i < args.size(); i++) {
            argv.setAtIndex(JAVA_LONG, i, NativeLibrary.cString(forever, args.get(i)));
        }
        try (Reason why = new Reason()) {
            final int result =
                    Shim.asInt(
                            () ->
                                    (int)
                                            INIT.invokeExact(
                                                    args.size(),
                                                    argv.address(),
                                                    why.address(),
                                                    Reason.SIZE));
            return result < 0 ? why.after(result) : null;
        }
    }

    /** Whether DPDK runs, which everything else in this package needs. */
    public static boolean running() {
        return STATE.get() == State.RUNNING;
    }

    static void requireRunning(String what) {
        if (!running()) {
            throw new DpdkException(what + ": DPDK does not run; start it first");
        }
    }

    /** Whether frames lie in hugepages. */
    public boolean hugepages() {
        return hugepages;
    }

    /** The release that runs, for example "DPDK 22.11.11". */
    public String version() {
        return MbufLayout.runningVersion();
    }

    /** Ends DPDK; devices and pools must be closed before. The second time does nothing. */
    @Override
    public void close() {
        if (STATE.compareAndSet(State.RUNNING, State.SPENT)) {
            Dpdk.rte_eal_cleanup();
        }
    }
}
