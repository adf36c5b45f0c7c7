// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The topology of the measurement, once for every mode, flag and compatibility, all on one daemon:
 * real TAPs in namespaces with real stacks behind them, and an af_packet uplink whose far end is X
 * in a namespace of its own. So a frame can be sent into all of them at once.
 *
 * <p>As in the measurement: no duplicate address detection, no router solicitations, no addresses
 * that a stack makes by itself, a UDP socket on port 5000 everywhere, and a packet socket at every
 * interface. One thread.
 */
public final class Planes implements AutoCloseable {
    private static final String SWITCH = "switch";
    private static final int UDP_PORT = 5000;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Before any interface is there. */
    private static final String QUIET =
            """
            cd /proc/sys/net
            for k in all default; do
              echo 0 > ipv6/conf/$k/accept_dad; echo 0 > ipv6/conf/$k/dad_transmits
              echo 0 > ipv6/conf/$k/router_solicitations; echo 1 > ipv6/conf/$k/addr_gen_mode
              echo 0 > ipv6/conf/$k/accept_ra
            done
            """;

    /** Neighbours stay reachable, so that nobody asks again. */
    private static final String KEEP_NEIGHBOURS =
            """
            for f in ipv4 ipv6; do
              echo 3600000 > /proc/sys/net/$f/neigh/%1$s/base_reachable_time_ms
              echo 600 > /proc/sys/net/$f/neigh/%1$s/delay_first_probe_time
            done
            """;

    /**
     * One switch: an uplink of this name, and ports of this name with c1, c2 or c3 behind it.
     * Namespaces and packet sockets go by the names of the measurement: {@code wire}, {@code
     * master}, {@code c1}, {@code c2}, {@code c3}; UDP sockets by {@code ext}, {@code host} and
     * those of the ports.
     */
    public static final class Plane {
        private final String name;
        private final String mode;
        private final String flag;
        private final String compat;
        private final Map<String, NetSocket> packets = new LinkedHashMap<>();
        private final Map<String, NetSocket> datagrams = new LinkedHashMap<>();

        private Plane(int index, String mode, String flag, String compat) {
            this.name = "p" + index;
            this.mode = mode;
            this.flag = flag;
            this.compat = compat;
        }

        /** The namespace of somebody here; of a port, also its name in the configuration. */
        public String label(String who) {
            return name + who;
        }

        /** {@code l2} or {@code l3}. */
        public String mode() {
            return mode;
        }

        /** {@code bridge}, {@code private} or {@code vepa}. */
        public String flag() {
            return flag;
        }

        /** {@code kernel} or {@code improved}. */
        public String compat() {
            return compat;
        }

        /** Packet sockets at the interfaces. */
        public Map<String, NetSocket> packets() {
            return packets;
        }

        /** UDP sockets in the namespaces. */
        public Map<String, NetSocket> datagrams() {
            return datagrams;
        }

        @Override
        public String toString() {
            return compat + " " + mode + " " + flag;
        }
    }

    private final List<Plane> all = new ArrayList<>();
    private final Netns net;
    private final Daemon daemon;

    private Planes(Netns net, List<Plane> all, Daemon daemon) {
        this.net = net;
        this.all.addAll(all);
        this.daemon = daemon;
    }

    /** Modes l2 and l3, all flags, for each of these compatibilities. */
    public static Planes start(int mtu, String... compats) {
        final List<Plane> planes = new ArrayList<>();
        for (String compat : compats) {
            for (String mode : List.of("l2", "l3")) {
                for (String flag : List.of("bridge", "private", "vepa")) {
                    planes.add(new Plane(planes.size(), mode, flag, compat));
                }
            }
        }
        final List<String> labels = new ArrayList<>(List.of(SWITCH));
        for (Plane plane : planes) {
            List.of("wire", "master", "c1", "c2", "c3").forEach(w -> labels.add(plane.label(w)));
        }
        final Netns net = Netns.of(labels.toArray(new String[0]));
        try {
            labels.forEach(label -> net.exec(label, "sh", "-ec", QUIET).orFail());
            net.exec(SWITCH, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
            planes.forEach(plane -> wire(net, plane, mtu));
            final Daemon daemon = Daemon.start(net, SWITCH, yaml(net, planes));
            net.undo(daemon::close);
            planes.forEach(plane -> open(net, plane));
            return new Planes(net, planes, daemon);
        } catch (RuntimeException | AssertionError e) {
            net.close();
            throw e;
        }
    }

    private static void wire(Netns net, Plane plane, int mtu) {
        final String uplink = "up" + plane.name;
        final String outside = plane.label("wire");
        net.veth(SWITCH, uplink, outside, "x");
        final String bytes = Integer.toString(mtu);
        final String inside = "02:00:00:00:00:01";
        net.ip(SWITCH, "link", "set", "dev", uplink, "mtu", bytes, "address", inside);
        net.ip(outside, "link", "set", "dev", "x", "mtu", bytes, "address", "02:00:00:00:00:fe");
        net.address(outside, "x", "10.0.0.254/24");
        net.address(outside, "x", "fd00::fe/64");
    }

    private static String yaml(Netns net, List<Plane> planes) {
        final StringBuilder uplinks = new StringBuilder("eal: { hugepages: \"off\" }\nuplinks:\n");
        final StringBuilder ports = new StringBuilder("ports:\n");
        for (Plane plane : planes) {
            uplinks.append(
                    """
                      - name: %1$s
                        device: "af_packet:up%1$s"
                        mode: %2$s
                        flag: %3$s
                        compat: %4$s
                        host: { interface: master, netns: %5$s, addresses: ["10.0.0.1/24", "fd00::1/64"] }
                        neighbors:
                          - { address: 10.0.0.254, mac: "02:00:00:00:00:fe" }
                          - { address: "fd00::fe", mac: "02:00:00:00:00:fe" }
                    """
                            .formatted(
                                    plane.name,
                                    plane.mode,
                                    plane.flag,
                                    plane.compat,
                                    net.name(plane.label("master"))));
            port(ports, net, plane, "c1", "\"10.0.0.11/24\", \"fd00::11/64\"");
            port(ports, net, plane, "c2", "\"10.0.0.12/24\", \"fd00::12/64\"");
            port(ports, net, plane, "c3", "\"10.0.1.13/24\", \"fd01::13/64\"");
        }
        return uplinks.append(ports).toString();
    }

    private static void port(
            StringBuilder to, Netns net, Plane plane, String port, String addresses) {
        to.append(
                "  - { name: %s, uplink: %s, netns: %s, interface: %s, addresses: [%s] }%n"
                        .formatted(
                                plane.label(port),
                                plane.name,
                                net.name(plane.label(port)),
                                port,
                                addresses));
    }

    private static void open(Netns net, Plane plane) {
        socket(net, plane, "wire", "x", "ext");
        socket(net, plane, "master", "master", "host");
        for (String port : List.of("c1", "c2", "c3")) {
            socket(net, plane, port, port, port);
        }
        net.ip(plane.label("c2"), "maddress", "add", "01:00:5e:01:02:03", "dev", "c2");
    }

    private static void socket(Netns net, Plane plane, String who, String device, String udpName) {
        net.exec(plane.label(who), "sh", "-ec", KEEP_NEIGHBOURS.formatted(device)).orFail();
        final NetSocket packets = NetSocket.packet(net, plane.label(who), device);
        net.undo(packets::close);
        plane.packets.put(who, packets);
        final NetSocket datagrams = NetSocket.udp(net, plane.label(who), UDP_PORT);
        net.undo(datagrams::close);
        plane.datagrams.put(udpName, datagrams);
    }

    /** All of them. */
    public List<Plane> all() {
        return all;
    }

    /** Their namespaces. */
    public Netns net() {
        return net;
    }

    /** What runs them. */
    public Daemon daemon() {
        return daemon;
    }

    /** Forgets what has been seen so far. */
    public void drain() {
        for (Plane plane : all) {
            plane.packets.values().forEach(NetSocket::received);
            plane.datagrams.values().forEach(NetSocket::received);
        }
    }

    /** The counters of everything, as {@code /v1/stats} says. */
    public JsonNode stats() {
        try {
            return JSON.readTree(daemon.get("/v1/stats").body());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        net.close();
    }
}
