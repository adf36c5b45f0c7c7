// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.DeviceSpec;
import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.Command;
import io.ipvane.control.ModelBuilder;
import io.ipvane.control.SwitchModel;
import io.ipvane.device.Device;
import io.ipvane.device.DpdkDevice;
import io.ipvane.device.TapDevice;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.Mempool;
import io.ipvane.ipvlan.Mode;
import io.ipvane.lcore.ThreadTopology;
import io.ipvane.linux.TapInterface;
import io.ipvane.linux.TapSpec;
import io.ipvane.linux.WatchedInterface;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens what the configuration names, and gives each an index: the uplink's device, its host port,
 * its ports. Main thread only, before anything forwards; closing gives everything back in reverse.
 */
final class Devices implements AutoCloseable {
    private static final int DEFAULT_MTU = 1500;

    private final Mempool mempool;
    private final ThreadTopology threads;
    private final Closers opened = new Closers();
    private final ModelBuilder model = new ModelBuilder();
    private final List<Device> devices = new ArrayList<>();
    private final List<InterfaceWatch.Watched> watched = new ArrayList<>();
    private final List<Command> configured = new ArrayList<>();
    private int linkLocals;

    Devices(Mempool mempool, ThreadTopology threads) {
        this.mempool = mempool;
        this.threads = threads;
    }

    /** Opens one uplink and all that hangs off it. */
    void open(UplinkConfig uplink, List<PortConfig> ports) {
        final Device device = uplinkDevice(uplink);
        final int index =
                add(device, model.uplink(uplink, device.mac(), device.mtu(), device.linkUp()));
        uplink.device()
                .kernelInterface()
                .ifPresent(name -> watch(new WatchedInterface("", name), index, true));
        uplink.host().ifPresent(host -> host(uplink, index, device, host));
        for (PortConfig port : ports) {
            port(uplink, index, device, port);
        }
    }

    private Device uplinkDevice(UplinkConfig uplink) {
        final int queues = uplink.queues().orElse(queues());
        if (uplink.device() instanceof DeviceSpec.Tap tap) {
            final int mtu = uplink.mtu().orElse(DEFAULT_MTU);
            return tap(
                    uplink.name(),
                    new TapSpec("", tap.interfaceName(), 0, queues, mtu, true, 0, List.of()));
        }
        final DeviceOptions options =
                DeviceOptions.DEFAULT.withQueues(queues).withMtu(uplink.mtu().orElse(0));
        return new DpdkDevice(
                uplink.name(), EthDevice.open(uplink.device().toString(), options, mempool));
    }

    /** A queue for every lcore that receives, and for every one that transmits. */
    private int queues() {
        return Math.max(threads.receivers(), threads.transmitters());
    }

    private void host(UplinkConfig uplink, int index, Device lower, HostConfig host) {
        final String netns = host.netns().orElse("");
        final Device device =
                tap(
                        host.interfaceName(),
                        new TapSpec(
                                netns,
                                host.interfaceName(),
                                lower.mac(),
                                queues(),
                                lower.mtu(),
                                true,
                                0,
                                linux(host.addresses())));
        final int at =
                add(
                        device,
                        model.host(
                                index, netns, host.interfaceName(), host.addresses(), List.of()));
        watch(new WatchedInterface(netns, host.interfaceName()), at, false);
    }

    /**
     * Ports of one uplink share its MAC, so each gets a link-local address of its own, as the
     * kernel does it (spec ADR-15, ADR-16); in l3 and l3s nobody asks for neighbours (TX-34).
     */
    private void port(UplinkConfig uplink, int index, Device lower, PortConfig port) {
        final String netns = port.netns().orElse("");
        final int linkLocal = ++linkLocals;
        final TapInterface tap =
                bringUp(
                        new TapSpec(
                                netns,
                                port.interfaceName(),
                                lower.mac(),
                                Math.max(port.queues(), queues()),
                                port.mtu().orElse(lower.mtu()),
                                uplink.mode() == Mode.L2,
                                linkLocal,
                                linux(port.addresses())));
        final int mtu = port.mtu().orElse(lower.mtu());
        final int at =
                add(
                        new TapDevice(port.name(), tap.tap(), mempool.address(), mtu),
                        model.port(index, port));
        watch(new WatchedInterface(netns, port.interfaceName()), at, false);
        port.addresses().forEach(a -> configured.add(new Command.AddressAdded(at, a, true)));
        tap.linkLocal()
                .map(Addresses::of)
                .ifPresent(a -> configured.add(new Command.AddressAdded(at, a, true)));
    }

    private static List<io.ipvane.linux.IpPrefix> linux(List<IpPrefix> addresses) {
        return addresses.stream().map(Addresses::linux).toList();
    }

    private Device tap(String name, TapSpec spec) {
        return new TapDevice(name, bringUp(spec).tap(), mempool.address(), spec.mtu());
    }

    private TapInterface bringUp(TapSpec spec) {
        return opened.add("tap " + spec.name(), TapInterface.bringUp(spec));
    }

    private int add(Device device, int index) {
        opened.add("device " + device.name(), device);
        if (index != devices.size()) {
            throw new AssertionError("devices are opened in the order of their indices");
        }
        devices.add(device);
        return index;
    }

    private void watch(WatchedInterface at, int port, boolean uplink) {
        watched.add(new InterfaceWatch.Watched(at, port, uplink));
    }

    /** All devices by index. */
    Device[] all() {
        return devices.toArray(Device[]::new);
    }

    /** The model of what was opened. */
    SwitchModel model() {
        return model.build();
    }

    /** Every interface that the conductor must hear of. */
    List<InterfaceWatch.Watched> watched() {
        return List.copyOf(watched);
    }

    /** The addresses that the configuration gives to ports. */
    List<Command> configured() {
        return List.copyOf(configured);
    }

    @Override
    public void close() {
        opened.close();
    }
}
