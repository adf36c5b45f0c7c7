// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;

/** OVS-DPDK with two internal ports, moved to the hosts' namespaces; rule NORMAL, as it starts. */
record OvsTap() implements TapSwitch {
    @Override
    public String system() {
        return "ovs-dpdk";
    }

    @Override
    public Started start(Settings settings) throws IOException, InterruptedException {
        final OvsDpdk ovs = OvsDpdk.start(settings);
        try {
            port(ovs, "ovsleft", TapNetwork.LEFT, TapNetwork.LEFT_ADDRESS);
            port(ovs, "ovsright", TapNetwork.RIGHT, TapNetwork.RIGHT_ADDRESS);
            return new Running(ovs);
        } catch (IOException | InterruptedException | RuntimeException e) {
            ovs.close();
            throw e;
        }
    }

    private static void port(OvsDpdk ovs, String name, String namespace, String address)
            throws IOException, InterruptedException {
        ovs.vsctl("add-port", "br0", name, "--", "set", "Interface", name, "type=internal");
        ovs.move(name, namespace);
        // Under its own name: OVS knows the interface by it.
        TapNetwork.ip(namespace, "addr", "add", address + "/24", "dev", name);
        TapNetwork.ip(namespace, "link", "set", "dev", name, "up");
    }

    private record Running(OvsDpdk ovs) implements Started {
        @Override
        public long pid() {
            return ovs.pid();
        }

        @Override
        public void close() {
            ovs.close();
        }
    }
}
