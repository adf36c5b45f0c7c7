// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import io.ipvane.burst.DropReason;
import io.ipvane.config.ThreadPlan;
import io.ipvane.control.DropCatalog;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SwitchHarness;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs cases through ipvane under {@code compat: kernel}, each in a switch of its own. */
final class SwitchSide {
    private static final long ALL_HOSTS = MacAddress.parse("01:00:5e:00:00:01");
    private static final long ALL_NODES = MacAddress.parse("33:33:00:00:00:01");

    /** What the interfaces of the ports have joined, in the guest as here. */
    private static final Map<String, Set<Long>> GROUPS =
            Map.of(
                    "c1",
                    Set.of(ALL_HOSTS, ALL_NODES, MacAddress.ofSolicitedNode(0x11)),
                    "c2",
                    Set.of(ALL_HOSTS, ALL_NODES, MacAddress.ofSolicitedNode(0x12), Frames.GROUP4),
                    "c3",
                    Set.of(ALL_HOSTS, ALL_NODES, MacAddress.ofSolicitedNode(0x13)));

    private static final String ROUTES =
            """
                routes:
                  - { to: 0.0.0.0/0, via: 10.0.0.254 }
                  - { to: "::/0", via: "fd00::fe" }
            """;

    private static final List<IpAddress> HOST =
            List.of(
                    IpAddress.parse(Frames.HOST4),
                    IpAddress.parse(Frames.HOST6),
                    IpAddress.parse("fe80::1:1"));

    private static final MemoryPool POOL = new MemoryPool();

    private SwitchSide() {}

    /**
     * What came of a case.
     *
     * @param asked next hop that the switch asked for on the wire, or null
     */
    record Result(Answer answer, IpAddress asked) {}

    static Result run(OracleCase oracleCase) {
        try (SwitchHarness net = network(oracleCase.network())) {
            net.device(oracleCase.from()).inject(oracleCase.frame());
            net.run();
            final Map<String, List<Sighting>> seen = new LinkedHashMap<>();
            IpAddress asked = null;
            for (Map.Entry<String, List<byte[]>> e : net.transmitted().entrySet()) {
                final List<Sighting> list = new ArrayList<>();
                for (byte[] frame : e.getValue()) {
                    final IpAddress question = question(frame);
                    if (question != null && !isMarked(frame, oracleCase.marker())) {
                        asked = question;
                    } else {
                        list.add(Sighting.at(e.getKey(), frame));
                    }
                }
                seen.put(e.getKey(), list);
            }
            return new Result(new Answer(seen, dropped(net)), asked);
        }
    }

    private static boolean isMarked(byte[] frame, String marker) {
        return new String(frame, StandardCharsets.ISO_8859_1).contains(marker);
    }

    /** Whom an ARP request or a solicitation of the host asks for; null for any other frame. */
    private static IpAddress question(byte[] frame) {
        final FrameView view = new FrameView(frame);
        if (view.source() == null || !HOST.contains(view.source())) {
            return null;
        }
        return view.type() == FrameView.ARP ? view.destination() : view.target();
    }

    private static long dropped(SwitchHarness net) {
        long all = 0;
        for (DropReason reason : DropCatalog.ALL) {
            all += net.counter("c1", reason.column());
        }
        return all;
    }

    /** Whether a port has joined the group that a frame is for. */
    static boolean joined(String port, long group) {
        return group == Frames.BROADCAST || GROUPS.getOrDefault(port, Set.of()).contains(group);
    }

    /** As {@code src/test/vm/oracle/inside} makes it. */
    private static SwitchHarness network(OracleCase.Network network) {
        final SwitchHarness net =
                new SwitchHarness(
                        """
                        uplinks:
                          - name: wire
                            device: "vdev:net_null0"
                            mode: %s
                            flag: %s
                            compat: kernel
                            host: { interface: master, addresses: ["10.0.0.1/24", "fd00::1/64", "fe80::1:1/64"] }
                            neighbors:
                              - { address: 10.0.0.254, mac: "02:00:00:00:00:fe" }
                              - { address: "fd00::fe", mac: "02:00:00:00:00:fe" }
                        %sports:
                          - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24", "fd00::11/64"] }
                          - { name: c2, uplink: wire, type: tap, addresses: ["10.0.0.12/24", "fd00::12/64"] }
                          - { name: c3, uplink: wire, type: tap, addresses: ["10.0.1.13/24", "fd01::13/64"] }
                        """
                                .formatted(
                                        network.mode(),
                                        network.flag(),
                                        network.gateway() ? ROUTES : ""),
                        ThreadPlan.SHARED,
                        POOL);
        GROUPS.forEach(
                (port, groups) ->
                        net.groups(port, groups.stream().mapToLong(Long::longValue).toArray()));
        net.run();
        return net;
    }
}
