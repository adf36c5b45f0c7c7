// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

/** The two memif links between generator and switch, and who runs where. */
final class Links {
    static final int GENERATOR_CPU = 0;
    static final int SWITCH_CPU = 1;

    private Links() {}

    /**
     * DPDK's arguments for one end of a link.
     *
     * @param socket of both links, in Linux's abstract namespace: nothing stays behind
     * @param id 0: the uplink's wire, 1: a port
     * @param role {@code server}: the switch, {@code client}: the generator
     */
    static String device(String socket, int id, String role) {
        return "net_memif%d,id=%d,role=%s,socket=%s,socket-abstract=yes"
                .formatted(id, id, role, socket);
    }
}
