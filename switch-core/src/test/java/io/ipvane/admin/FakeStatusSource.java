// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.ipvane.control.view.AddressView;
import io.ipvane.control.view.DropView;
import io.ipvane.control.view.NeighborView;
import io.ipvane.control.view.PortStatsView;
import io.ipvane.control.view.PortView;
import io.ipvane.control.view.RouteView;
import io.ipvane.control.view.StatusSource;
import io.ipvane.control.view.StatusUnavailableException;
import io.ipvane.control.view.SwitchView;
import io.ipvane.control.view.ThreadView;
import io.ipvane.control.view.UplinkView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A small switch that only exists on paper: one uplink, two ports. */
public class FakeStatusSource implements StatusSource {
    /** Frames that port web has sent; tests move it on. */
    public final AtomicLong webPackets = new AtomicLong(10);

    /** What {@link #notReady()} says. */
    public volatile Optional<String> notReady = Optional.empty();

    @Override
    public SwitchView status() {
        return new SwitchView("0.1.0", "DPDK 22.11.0", 61, 3, "shared", 1, 2);
    }

    @Override
    public List<UplinkView> uplinks() {
        return List.of(
                new UplinkView(
                        "wan0",
                        "af_packet:eth0",
                        0,
                        "l2",
                        "bridge",
                        "improved",
                        "02:00:00:00:00:01",
                        1500,
                        true,
                        "up",
                        "",
                        "ipvane0",
                        2));
    }

    @Override
    public List<PortView> ports() {
        return List.of(
                new PortView(
                        "web",
                        "wan0",
                        "tap",
                        "blue",
                        "eth0",
                        "",
                        "l2",
                        "bridge",
                        1500,
                        true,
                        true,
                        "up",
                        "",
                        List.of(
                                new AddressView("192.0.2.11/24", "config", "active"),
                                new AddressView("fe80::200:0:100:1/64", "linklocal", "active"))),
                new PortView(
                        "db",
                        "wan0",
                        "tap",
                        "",
                        "db",
                        "",
                        "l3",
                        "private",
                        1400,
                        false,
                        false,
                        "down",
                        "interface 'db' is down",
                        List.of()));
    }

    @Override
    public List<PortStatsView> stats() {
        return List.of(
                new PortStatsView("wan0", "uplink", 5, 500, 7, 8, 9, 6, 600, 1, 0, 0, 0, Map.of()),
                new PortStatsView("wan0", "host", 0, 0, 0, 0, 0, 1, 60, 1, 0, 0, 0, Map.of()),
                new PortStatsView(
                        "web",
                        "port",
                        webPackets.get(),
                        1000,
                        1,
                        0,
                        2,
                        20,
                        2000,
                        2,
                        0,
                        0,
                        0,
                        Map.of("ring_full", 3L, "antispoof", 4L)));
    }

    @Override
    public List<DropView> drops() {
        return List.of(
                new DropView("web", "ring_full", 3, "the queue of the receiver is full"),
                new DropView("web", "antispoof", 4, "source address that the port does not own"));
    }

    @Override
    public List<NeighborView> neighbors() {
        return List.of(
                new NeighborView("wan0", "192.0.2.1", "02:00:00:00:00:99", "reachable"),
                new NeighborView("wan0", "192.0.2.2", "", "incomplete"));
    }

    @Override
    public List<RouteView> routes() {
        throw new StatusUnavailableException("the conductor has 100 requests waiting; ask again");
    }

    @Override
    public List<ThreadView> threads() {
        return List.of(
                new ThreadView(
                        "ipvane-lcore-0",
                        0,
                        List.of("receive", "run", "transmit"),
                        List.of("wan0/0", "web/0"),
                        "backoff",
                        3,
                        0.125));
    }

    @Override
    public Optional<String> notReady() {
        return notReady;
    }
}
