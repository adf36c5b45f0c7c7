// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.util.List;

/** The kernel's bridge between two veth pairs. */
record BridgeTap() implements TapSwitch {
    private static final String BRIDGE = "br0";

    @Override
    public String system() {
        return "veth-bridge";
    }

    @Override
    public Started start(Settings settings) throws IOException, InterruptedException {
        TapNetwork.ip(TapNetwork.MIDDLE, "link", "add", BRIDGE, "type", "bridge");
        TapNetwork.ip(TapNetwork.MIDDLE, "link", "set", "dev", BRIDGE, "up");
        for (String host : List.of(TapNetwork.LEFT, TapNetwork.RIGHT)) {
            final String end = host.substring(host.lastIndexOf('-') + 1);
            TapNetwork.ip(
                    TapNetwork.MIDDLE,
                    "link",
                    "add",
                    end,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    TapNetwork.INTERFACE,
                    "netns",
                    host);
            TapNetwork.ip(TapNetwork.MIDDLE, "link", "set", "dev", end, "master", BRIDGE, "up");
        }
        TapNetwork.host(TapNetwork.LEFT, TapNetwork.LEFT_ADDRESS);
        TapNetwork.host(TapNetwork.RIGHT, TapNetwork.RIGHT_ADDRESS);
        return new Kernel();
    }

    /** Goes away with the namespaces. */
    private record Kernel() implements Started {
        @Override
        public long pid() {
            return 0;
        }

        @Override
        public void close() {
            // Nothing runs.
        }
    }
}
