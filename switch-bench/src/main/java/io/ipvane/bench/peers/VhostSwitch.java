// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.bench.harness.BenchSwitch;
import io.ipvane.device.Device;
import io.ipvane.device.DpdkDevice;
import io.ipvane.device.MbufPool;
import io.ipvane.device.NatDevice;
import io.ipvane.device.PeerDevice;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.Mempool;
import io.ipvane.dpdk.VhostPort;
import io.ipvane.macnat.GuestMac;
import io.ipvane.macnat.UplinkMac;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The whole pipeline between two vhost-user ports: the first has the source's address, the second
 * all others. The uplink is net_null, which gives nothing and is polled as any uplink is. Needs a
 * running EAL and a thread registered with it.
 */
final class VhostSwitch implements AutoCloseable {
    private static final int MTU = 1_500;
    private static final int MBUFS = 8_191;
    private static final int IN = 1;
    private static final int OUT = 2;

    /** What comes out is rewritten to it. */
    private static final long SINK_MAC = 0x0200_0000_0002L;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Mempool mempool;
    private final EthDevice wire;
    private final Device in;
    private final Device out;
    private final BenchSwitch javaSwitch;

    /** Sets it up; when this returns somebody is at both sockets. */
    VhostSwitch(DispatchSetup setup, VhostSockets sockets) {
        mempool = Mempool.create("vhost", MBUFS, Mempool.DEFAULT_DATA_ROOM);
        wire = EthDevice.open("vdev:net_null0,no-rx=1", DeviceOptions.DEFAULT, mempool);
        in = open("in", sockets.in(), FrameFile.MAC);
        out = open("out", sockets.out(), SINK_MAC);
        javaSwitch =
                new BenchSwitch(
                        setup.mode(),
                        setup.plan(),
                        setup.lcores(),
                        FrameFile.MAC,
                        List.of(new DpdkDevice("wire", wire), in, out),
                        new MbufPool(mempool));
        javaSwitch.address(IN, FrameFile.prefix(FrameFile.source()));
        for (int i = 0; i < setup.addresses(); i++) {
            javaSwitch.address(OUT, FrameFile.prefix(FrameFile.destination(i)));
        }
        javaSwitch.settle();
        awaitLink(in);
        awaitLink(out);
    }

    /** As the daemon makes a port. */
    private Device open(String name, Path socket, long guestMac) {
        final VhostPort port = VhostPort.open(socket.toString(), true, true, 1, 1, mempool);
        return new NatDevice(
                new PeerDevice(name, port, FrameFile.MAC, MTU),
                GuestMac.fixed(guestMac),
                new UplinkMac(FrameFile.MAC),
                new MbufPool(mempool));
    }

    private static void awaitLink(Device device) {
        final long end = System.nanoTime() + PATIENCE.toNanos();
        while (!device.linkUp()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "nobody at socket '"
                                + device.name()
                                + "' within "
                                + PATIENCE.toSeconds()
                                + " s");
            }
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    BenchSwitch javaSwitch() {
        return javaSwitch;
    }

    @Override
    public void close() {
        javaSwitch.close();
        in.close();
        out.close();
        wire.close();
        mempool.close();
    }
}
