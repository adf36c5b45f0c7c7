// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import io.ipvane.bench.harness.BenchSwitch;
import io.ipvane.config.ThreadPlan;
import io.ipvane.device.DpdkDevice;
import io.ipvane.device.MbufPool;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.Eal;
import io.ipvane.dpdk.EalOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.Mempool;
import io.ipvane.packet.IpPrefix;
import java.util.List;

/**
 * The switch under test: one uplink and one port on memif links, until its standard input ends.
 *
 * <pre>SwitchProcess SOCKET HUGEPAGES PLAN LOAD</pre>
 */
final class SwitchProcess {
    /** Said once frames are forwarded. */
    static final String READY = "switch ready";

    private static final int MBUFS = 32_768;

    private SwitchProcess() {}

    @SuppressWarnings("try") // The load runs for as long as its block.
    public static void main(String[] args) throws Exception {
        final ThreadPlan plan = ThreadPlan.valueOf(args[2]);
        try (Eal eal = Eal.start(EalOptions.of(EalOptions.Hugepages.valueOf(args[1])));
                Mempool mempool = Mempool.create("lat", MBUFS, Mempool.DEFAULT_DATA_ROOM);
                EthDevice wire = open(args[0], 0, mempool);
                EthDevice port = open(args[0], 1, mempool);
                BenchSwitch under =
                        new BenchSwitch(
                                "l2",
                                plan,
                                List.of(Links.SWITCH_CPU),
                                FrameClock.MAC,
                                List.of(new DpdkDevice("wan0", wire), new DpdkDevice("p1", port)),
                                new MbufPool(mempool))) {
            under.address(1, new IpPrefix(FrameClock.DESTINATION, 32));
            under.settle();
            under.start();
            try (ControlLoad load = ControlLoad.start(args[3], under)) {
                System.out.println(READY);
                while (System.in.read() >= 0) {
                    // Only its end says something.
                }
            }
            under.errors().forEach(Throwable::printStackTrace);
        }
    }

    private static EthDevice open(String socket, int id, Mempool pool) {
        return EthDevice.open(
                "vdev:" + Links.device(socket, id, "server"), DeviceOptions.DEFAULT, pool);
    }
}
