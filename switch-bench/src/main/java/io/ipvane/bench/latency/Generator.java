// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.bench.latency.Intruder.Side;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.LcoreThread;
import io.ipvane.dpdk.Mempool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The generator's process: joins the switch under test by two memif links, warms it up, runs the
 * phases and writes what was seen as JSON.
 *
 * <pre>Generator SOCKET HUGEPAGES SWITCH_PID SWITCH_THREAD RESULT WARM_UP PHASE...</pre>
 */
final class Generator {
    private static final int MBUFS = 16_384;
    private static final long LINK_MILLIS = 10_000;

    private final FrameClock clock;
    private final long underTest;
    private final Path lcore;
    private final Path self;

    private Generator(FrameClock clock, long underTest, String thread) throws IOException {
        this.clock = clock;
        this.underTest = underTest;
        this.lcore = ThreadTime.find(underTest, thread);
        this.self = Path.of("/proc/thread-self").toRealPath();
    }

    @SuppressWarnings("try") // The lcore is registered for as long as the block runs.
    public static void main(String[] args) throws Exception {
        Thread.currentThread().setName("generator");
        final EalOptions.Hugepages hugepages = EalOptions.Hugepages.valueOf(args[1]);
        try (Eal eal = Eal.start(EalOptions.of(hugepages));
                LcoreThread pinned = LcoreThread.register(Links.GENERATOR_CPU);
                Mempool pool = Mempool.create("gen", MBUFS, Mempool.DEFAULT_DATA_ROOM);
                EthDevice wire = open(args[0], 0, pool);
                EthDevice port = open(args[0], 1, pool)) {
            waitForLink(wire);
            waitForLink(port);
            final Generator generator =
                    new Generator(
                            new FrameClock(pool, wire, port), Long.parseLong(args[2]), args[3]);
            generator.measure(Phase.parse(args[5]));
            final List<Measurement> seen = new ArrayList<>();
            for (int i = 6; i < args.length; i++) {
                seen.add(generator.measure(Phase.parse(args[i])));
            }
            new ObjectMapper().writeValue(Path.of(args[4]).toFile(), seen);
        }
    }

    private static EthDevice open(String socket, int id, Mempool pool) {
        return EthDevice.open(
                "vdev:" + Links.device(socket, id, "client"), DeviceOptions.DEFAULT, pool);
    }

    private static void waitForLink(EthDevice device) throws InterruptedException {
        final long end = System.nanoTime() + LINK_MILLIS * 1_000_000;
        while (!device.linkUp()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(device.name() + ": the switch does not answer");
            }
            Thread.sleep(10);
        }
    }

    private Measurement measure(Phase phase) throws IOException {
        final long pid = ProcessHandle.current().pid();
        try (CpuWatch own =
                        new CpuWatch(
                                Links.GENERATOR_CPU, id(self), Side.GENERATOR, pid, underTest);
                CpuWatch theirs =
                        new CpuWatch(Links.SWITCH_CPU, id(lcore), Side.SWITCH, pid, underTest)) {
            final ThreadTime lcoreBefore = ThreadTime.read(lcore);
            final ThreadTime selfBefore = ThreadTime.read(self);
            final MachineTime machineBefore = machine();
            return clock.run(
                    phase,
                    raw -> {
                        final ThreadTime lcoreTime = ThreadTime.read(lcore).since(lcoreBefore);
                        final ThreadTime selfTime = ThreadTime.read(self).since(selfBefore);
                        final MachineTime machineTime = machine().since(machineBefore);
                        return Measurement.of(
                                phase,
                                raw,
                                own.intruders(raw.start()),
                                theirs.intruders(raw.start()),
                                lcoreTime,
                                selfTime,
                                machineTime);
                    });
        }
    }

    /** A thread's number, as switches between threads name it. */
    private static long id(Path task) {
        return Long.parseLong(task.getFileName().toString());
    }

    private MachineTime machine() throws IOException {
        return MachineTime.read(ProcessHandle.current().pid(), underTest);
    }
}
