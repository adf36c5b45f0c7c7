// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.testing.Netns;

/**
 * Looks at every frame that comes in by {@code eth0} of a namespace while a program runs there, and
 * verifies the checksums of IPv4, TCP and UDP.
 */
final class WireWatch {
    private static final String SCRIPT =
            """
            import json, select, socket, struct, subprocess, sys
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            wire.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
            wire.bind(('eth0', 3))
            wire.setblocking(False)
            program = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
            def total(data):
                if len(data) % 2: data += b'\\0'
                value = sum(struct.unpack('!%dH' % (len(data) // 2), data))
                while value >> 16: value = (value & 0xffff) + (value >> 16)
                return value
            frames = longest = bad = 0
            more = True
            while more:
                more = program.poll() is None
                select.select([wire], [], [], 0.2)
                while True:
                    try: frame, (_, _, kind, _, _) = wire.recvfrom(70000)
                    except BlockingIOError: break
                    ip = frame[14:]
                    if kind == 4 or frame[12:14] not in (b'\\x08\\0', b'\\x86\\xdd'): continue
                    if frame[12] == 8:
                        size, length, protocol = (ip[0] & 15) * 4, struct.unpack('!H', ip[2:4])[0], ip[9]
                        addresses = ip[12:20]
                        good = total(ip[:size]) == 0xffff
                    else:
                        size, length, protocol = 40, 40 + struct.unpack('!H', ip[4:6])[0], ip[6]
                        addresses, good = ip[8:40], True
                    if protocol not in (6, 17): continue
                    l4 = ip[size:length]
                    good &= len(l4) == length - size
                    good &= total(addresses + struct.pack('!HH', protocol, len(l4)) + l4) == 0xffff
                    frames, longest, bad = frames + 1, max(longest, len(frame)), bad + (not good)
            print(json.dumps({'frames': frames, 'longest': longest, 'bad': bad, 'exit': program.returncode}))
            """;

    private WireWatch() {}

    /**
     * Runs a program to its end.
     *
     * @return {@code frames} of TCP and UDP that came in, bytes of the {@code longest}, how many
     *     were {@code bad}, and the {@code exit} code of the program
     */
    static JsonNode during(Netns net, String label, String... program)
            throws JsonProcessingException {
        final String[] words = {"python3", "-c", SCRIPT};
        final String[] all = java.util.Arrays.copyOf(words, words.length + program.length);
        System.arraycopy(program, 0, all, words.length, program.length);
        return new ObjectMapper().readTree(net.exec(label, all).orFail().output());
    }
}
