// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.bench.harness.BenchSwitch;
import io.ipvane.bench.harness.ReferenceSwitch;
import io.ipvane.counters.PortCounter;
import io.ipvane.device.DpdkDevice;
import io.ipvane.device.MbufPool;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.LcoreThread;
import io.ipvane.dpdk.Mempool;
import java.util.List;

/**
 * The same work as {@link VhostSwitch} in C, as l3fwd does it by exact match: checks, one lookup of
 * source and one of destination, both MACs, over DPDK's own vhost driver. It polls the first socket
 * only. Needs a running EAL and a thread registered with it.
 */
final class VhostReference implements ForwarderMain.Subject {
    private static final int MTU = 1_500;
    private static final int MBUFS = 8_191;
    private static final int IN = 1;
    private static final int OUT = 2;

    /** Turns between two looks at whether it is to end. */
    private static final int TURNS = 1_000;

    private final Mempool mempool;
    private final EthDevice wire;
    private final EthDevice in;
    private final EthDevice out;
    private final BenchSwitch tables;
    private final ReferenceSwitch reference;
    private final Thread lcore;
    private volatile boolean closing;

    VhostReference(DispatchSetup setup, VhostSockets sockets) {
        mempool = Mempool.create("reference", MBUFS, Mempool.DEFAULT_DATA_ROOM);
        wire = EthDevice.open("vdev:net_null0,no-rx=1", DeviceOptions.DEFAULT, mempool);
        final DeviceOptions options = DeviceOptions.DEFAULT.withMtu(MTU);
        in = EthDevice.open("vdev:net_vhost0,client=1,iface=" + sockets.in(), options, mempool);
        out = EthDevice.open("vdev:net_vhost1,client=1,iface=" + sockets.out(), options, mempool);
        tables =
                new BenchSwitch(
                        setup.mode(),
                        setup.plan(),
                        setup.lcores(),
                        FrameFile.MAC,
                        List.of(
                                new DpdkDevice("wire", wire),
                                new DpdkDevice("in", in),
                                new DpdkDevice("out", out)),
                        new MbufPool(mempool));
        tables.address(IN, FrameFile.prefix(FrameFile.source()));
        for (int i = 0; i < setup.addresses(); i++) {
            tables.address(OUT, FrameFile.prefix(FrameFile.destination(i)));
        }
        tables.settle();
        reference =
                new ReferenceSwitch(tables.snapshot(), new int[] {wire.id(), in.id(), out.id()});
        final int cpu = setup.lcores().getFirst();
        lcore = Thread.ofPlatform().name("lcore-" + cpu).unstarted(() -> forward(cpu));
    }

    @SuppressWarnings("try") // The thread is registered for as long as the block runs.
    private void forward(int cpu) {
        try (LcoreThread registered = LcoreThread.register(cpu)) {
            while (!closing) {
                reference.run(IN, TURNS);
            }
        }
    }

    @Override
    public void start() {
        lcore.start();
    }

    @Override
    public long sent() {
        return reference.counter(OUT, PortCounter.TRANSMIT_PACKETS_COLUMN);
    }

    /** Frames that the reference does not know. */
    @Override
    public int errors() {
        return (int) reference.other();
    }

    @Override
    public void close() {
        closing = true;
        try {
            lcore.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the lcore still uses what would be closed", e);
        }
        reference.close();
        tables.close();
        in.close();
        out.close();
        wire.close();
        mempool.close();
    }
}
