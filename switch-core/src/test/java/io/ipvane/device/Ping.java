// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.testing.Netns;

/**
 * ICMP echo from inside a namespace, without the {@code ping} program, which not every machine has.
 */
final class Ping {
    private static final String SCRIPT =
            """
            import os, socket, struct, sys, time
            target, count, size, wait = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
            sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            sock.setsockopt(socket.IPPROTO_IP, 10, 2)
            ident, answered = os.getpid() & 0xffff, 0
            for seq in range(count):
                echo = struct.pack('!BBHHH', 8, 0, 0, ident, seq) + bytes(size)
                total = 0x0800 + ident + seq
                while total >> 16: total = (total & 0xffff) + (total >> 16)
                sock.sendto(echo[:2] + struct.pack('!H', ~total & 0xffff) + echo[4:], (target, 0))
                end = time.monotonic() + wait
                while time.monotonic() < end:
                    sock.settimeout(max(0.001, end - time.monotonic()))
                    try: got = sock.recv(65535)[20:]
                    except TimeoutError: break
                    if got[0] == 0 and struct.unpack('!HH', got[4:8]) == (ident, seq) and got[8:] == bytes(size):
                        answered += 1
                        break
            print(f'{answered} of {count}')
            """;

    private Ping() {}

    /**
     * Sends echo requests with DF set, one after the answer to the other, and returns for example
     * {@code 5 of 5}.
     *
     * @param size bytes behind the ICMP header
     * @param waitMillis how long to wait for each answer
     */
    static String from(
            Netns net, String label, String target, int count, int size, int waitMillis) {
        return net.exec(
                        label,
                        "python3",
                        "-c",
                        SCRIPT,
                        target,
                        Integer.toString(count),
                        Integer.toString(size),
                        Double.toString(waitMillis / 1000.0))
                .orFail()
                .output()
                .strip();
    }
}
