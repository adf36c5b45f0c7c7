// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import io.ipvane.testing.Netns;

/**
 * The far end of a trunk, for kernels without VLAN interfaces: a program that carries frames
 * between {@code eth0} of a namespace, where they have a tag, and {@code vN} for VLAN N, where they
 * have none.
 */
final class VlanBridge {
    private static final String SCRIPT =
            """
            import select, socket, struct, sys
            def packet(name):
                s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
                s.setsockopt(263, 8, 1)  # PACKET_AUXDATA: the tag, which the kernel takes out
                s.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)
                s.bind((name, 3))
                return s
            trunk = packet('eth0')
            ends = {int(v): packet('v' + v) for v in sys.argv[1:]}
            vids = {s.fileno(): v for v, s in ends.items()}
            while True:
                for s in select.select([trunk, *ends.values()], [], [])[0]:
                    frame, extra, _, where = s.recvmsg(70000, 64)
                    if where[2] == 4: continue  # our own
                    if s is not trunk:
                        tag = struct.pack('!HH', 0x8100, vids[s.fileno()])
                        trunk.send(frame[:12] + tag + frame[12:])
                        continue
                    status, _, _, _, _, tci, _ = struct.unpack('IIIHHHH', extra[0][2][:20])
                    vid = tci & 0xfff if status & 16 else 0
                    if vid in ends: ends[vid].send(frame)
            """;

    private static final String ONE_FRAME =
            """
            import socket, struct, sys
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            s.bind(('eth0', 0))
            s.send(b'\\xff' * 6 + b'\\x02\\0\\0\\0\\0\\x77' + struct.pack('!HHH', 0x8100, int(sys.argv[1]), 0x88b5) + bytes(60))
            """;

    private VlanBridge() {}

    /** Runs until the namespaces go. */
    static void start(Netns net, String label, String... vids) {
        final String[] words = {"python3", "-c", SCRIPT};
        final String[] all = java.util.Arrays.copyOf(words, words.length + vids.length);
        System.arraycopy(vids, 0, all, words.length, vids.length);
        net.background(label, all);
    }

    /** Sends one broadcast frame with a tag. */
    static void sendTagged(Netns net, String label, int vid) {
        net.exec(label, "python3", "-c", ONE_FRAME, Integer.toString(vid)).orFail();
    }
}
