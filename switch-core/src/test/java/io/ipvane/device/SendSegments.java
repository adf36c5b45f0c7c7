// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.testing.Netns;

/** Sends from inside a namespace what a stack leaves to its device to be split into segments. */
final class SendSegments {
    /** A UDP datagram for each segment, handed to the kernel as one (UDP_SEGMENT). */
    private static final String UDP =
            """
            import socket, sys
            target, size, segment = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_UDP, 103, segment)
            sock.sendto(bytes(size), (target, 9))
            """;

    /** A packet socket takes a virtio header from its user (PACKET_VNET_HDR). */
    private static final String ANY =
            """
            import socket, struct, sys
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            sock.setsockopt(263, 15, 1)
            sock.bind((sys.argv[1], 0))
            payload, flags, tcpv4, headers, segment = 1200, 1, 1, 54, 1
            frame = bytes.fromhex('020000000009' '020000000001' '0800')
            frame += struct.pack('!BBHHHBBHII', 0x45, 0, 40 + payload, 1, 0x4000, 64, 6, 0, 0x0a4d0001, 0x0a4d0009)
            frame += struct.pack('!HHIIBBHHH', 1, 9, 0, 0, 0x50, 0x18, 1000, 0, 0) + bytes(payload)
            sock.send(struct.pack('=BBHHHH', flags, tcpv4, headers, segment, 34, 16) + frame)
            """;

    private SendSegments() {}

    /** Datagrams of {@code segment} bytes, {@code size} in sum, in one call. */
    static void from(Netns net, String label, String target, int size, int segment) {
        net.exec(label, "python3", "-c", UDP, target, String.valueOf(size), String.valueOf(segment))
                .orFail();
    }

    /** One TCP frame to be split into 1,200 segments of a byte. */
    static void tooSmall(Netns net, String label, String interfaceName) {
        net.exec(label, "python3", "-c", ANY, interfaceName).orFail();
    }
}
