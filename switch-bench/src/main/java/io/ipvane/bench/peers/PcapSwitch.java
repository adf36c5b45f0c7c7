// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import io.ipvane.bench.dispatch.DispatchSetup;
import io.ipvane.bench.harness.BenchSwitch;
import io.ipvane.bench.harness.SendOnly;
import io.ipvane.device.Device;
import io.ipvane.device.DpdkDevice;
import io.ipvane.device.MbufPool;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.Mempool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The whole pipeline from a file that net_pcap repeats for ever to net_null, as OVS-DPDK is
 * measured beside it. Needs a running EAL and a thread registered with it.
 */
final class PcapSwitch implements AutoCloseable {
    private static final int DATA_ROOM = 256;
    private static final int SPARE = 8_191;

    private final Mempool mempool;
    private final EthDevice source;
    private final EthDevice sink;
    private final BenchSwitch javaSwitch;

    PcapSwitch(DispatchSetup setup, Path file) {
        final DeviceOptions options = DeviceOptions.DEFAULT.withMtu(DATA_ROOM - 32);
        mempool = Mempool.create("pcap", setup.frames() + SPARE, DATA_ROOM);
        source =
                EthDevice.open(
                        "vdev:net_pcap0,rx_pcap=" + file + ",infinite_rx=1", options, mempool);
        sink = EthDevice.open("vdev:net_null0", options, mempool);
        final boolean wire = setup.ingress().equals("wire");
        final Device in = new DpdkDevice("in", source);
        final Device out = new DpdkDevice("out", sink);
        final List<Device> devices = new ArrayList<>();
        devices.add(wire ? in : new SendOnly("wire", out));
        if (!wire) {
            devices.add(in);
        }
        for (int i = 0; i < setup.ports(); i++) {
            devices.add(new SendOnly("p" + i, out));
        }
        javaSwitch =
                new BenchSwitch(
                        setup.mode(),
                        setup.plan(),
                        setup.lcores(),
                        FrameFile.MAC,
                        devices,
                        new MbufPool(mempool));
        final int first = devices.size() - setup.ports();
        if (!wire) {
            javaSwitch.address(1, FrameFile.prefix(FrameFile.source()));
        }
        for (int i = 0; i < setup.addresses(); i++) {
            javaSwitch.address(
                    first + i % setup.ports(), FrameFile.prefix(FrameFile.destination(i)));
        }
        javaSwitch.settle();
    }

    BenchSwitch javaSwitch() {
        return javaSwitch;
    }

    @Override
    public void close() {
        javaSwitch.close();
        source.close();
        sink.close();
        mempool.close();
    }
}
