// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@link IpvaneDaemon} with two TAP ports. */
record IpvaneTap(Path program) implements TapSwitch {
    @Override
    public String system() {
        return "ipvane";
    }

    private static String port(String name, String namespace, String address) {
        return "{ name: %s, uplink: wan0, type: tap, netns: %s, interface: %s, addresses: [\"%s/24\"] }"
                .formatted(name, namespace, TapNetwork.INTERFACE, address);
    }

    @Override
    public Started start(Settings settings) throws IOException, InterruptedException {
        return IpvaneDaemon.start(
                settings,
                program,
                List.of(
                        port("left", TapNetwork.LEFT, TapNetwork.LEFT_ADDRESS),
                        port("right", TapNetwork.RIGHT, TapNetwork.RIGHT_ADDRESS)));
    }
}
