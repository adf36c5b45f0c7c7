// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * OVS-DPDK from a file that net_pcap repeats for ever to net_null, with one OpenFlow rule for each
 * destination; caches as OVS has them by default (exact match on, signature match off). The null
 * device gives no frames: its port is polled, as OVS polls all.
 */
record OvsForwarder(Settings settings, Path file, int addresses) implements Peer {
    private static final Pattern SENT =
            Pattern.compile("port \\d+: out .*?TX packets:(\\d+)", Pattern.DOTALL);

    @Override
    public String system() {
        return "ovs-dpdk";
    }

    @Override
    public Forwarder start() throws IOException, InterruptedException {
        final OvsDpdk ovs = OvsDpdk.start(settings);
        try {
            ovs.flows(rules());
            port(ovs, "in", 1, "net_pcap0,rx_pcap=" + file + ",infinite_rx=1");
            port(ovs, "out", 2, "net_null0,no-rx=1");
            ovs.checkPorts();
            ovs.awaitFlows(addresses);
            return new Running(ovs, ThreadClock.named(ovs.pid(), "pmd-.*"));
        } catch (IOException | InterruptedException | RuntimeException e) {
            ovs.close();
            throw e;
        }
    }

    private static void port(OvsDpdk ovs, String name, int number, String device)
            throws IOException, InterruptedException {
        ovs.vsctl(
                "add-port",
                "br0",
                name,
                "--",
                "set",
                "Interface",
                name,
                "type=dpdk",
                "ofport_request=" + number,
                "options:dpdk-devargs=\"" + device + "\"");
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
