// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * OVS-DPDK from one port to another, with one OpenFlow rule for each destination; caches as OVS has
 * them by default (exact match on, signature match off). The second port gives no frames: it is
 * polled, as OVS polls all.
 *
 * @param in columns of the first port's Interface
 * @param out of the second's
 */
record OvsForwarder(Settings settings, List<String> in, List<String> out, int addresses)
        implements Peer {
    private static final Pattern SENT =
            Pattern.compile("port \\d+: out .*?TX packets:(\\d+)", Pattern.DOTALL);

    /** From a file that net_pcap repeats for ever to net_null. */
    static OvsForwarder pcap(Settings settings, Path file, int addresses) {
        return new OvsForwarder(
                settings,
                device("net_pcap0,rx_pcap=" + file + ",infinite_rx=1"),
                device("net_null0,no-rx=1"),
                addresses);
    }

    /** From one vhost-user socket to another; somebody else owns them. */
    static OvsForwarder vhost(Settings settings, VhostSockets sockets, int addresses) {
        return new OvsForwarder(settings, socket(sockets.in()), socket(sockets.out()), addresses);
    }

    private static List<String> device(String device) {
        return List.of("type=dpdk", "options:dpdk-devargs=\"" + device + "\"");
    }

    private static List<String> socket(Path path) {
        return List.of("type=dpdkvhostuserclient", "options:vhost-server-path=\"" + path + "\"");
    }

    @Override
    public String system() {
        return "ovs-dpdk";
    }

    @Override
    public Forwarder start() throws IOException, InterruptedException {
        final OvsDpdk ovs = OvsDpdk.start(settings);
        try {
            ovs.flows(rules());
            port(ovs, "in", 1, in);
            port(ovs, "out", 2, out);
            ovs.checkPorts();
            ovs.awaitFlows(addresses);
            return new Running(ovs, ThreadClock.named(ovs.pid(), "pmd-.*"));
        } catch (IOException | InterruptedException | RuntimeException e) {
            ovs.close();
            throw e;
        }
    }

    private static void port(OvsDpdk ovs, String name, int number, List<String> columns)
            throws IOException, InterruptedException {
        final List<String> words =
                new ArrayList<>(
                        List.of(
                                "add-port",
                                "br0",
                                name,
                                "--",
                                "set",
                                "Interface",
                                name,
                                "ofport_request=" + number));
        words.addAll(columns);
        ovs.vsctl(words.toArray(String[]::new));
    }

    private Path rules() throws IOException {
        final StringBuilder rules = new StringBuilder();
        for (int i = 0; i < addresses; i++) {
            rules.append("in_port=1,ip,nw_dst=")
                    .append(FrameFile.destination(i))
                    .append(",actions=mod_dl_src:02:00:00:00:00:01,output:2\n");
        }
        return Files.writeString(settings.directory().resolve("rules"), rules);
    }

    private record Running(OvsDpdk ovs, ThreadClock clock) implements Forwarder {
        @Override
        public long packets() throws IOException, InterruptedException {
            final String show = ovs.appctl("dpctl/show", "-s", "netdev@ovs-netdev");
            final Matcher matcher = SENT.matcher(show);
            if (!matcher.find()) {
                throw new IOException("ovs-appctl dpctl/show has no port out:\n" + show);
            }
            return Long.parseLong(matcher.group(1));
        }

        @Override
        public void close() {
            ovs.close();
        }
    }
}
