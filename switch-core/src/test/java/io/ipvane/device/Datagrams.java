// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.testing.Netns;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Datagrams in runs of equal length, of two flows, from one namespace to another; what arrives is
 * compared with what was sent. One process with a socket in each namespace: it says when all are
 * sent, and in the end how many came unchanged and in order.
 */
final class Datagrams implements AutoCloseable {
    private static final String SCRIPT =
            """
            import ctypes, random, socket, sys
            source, target, address, seed = sys.argv[1:]
            family = socket.AF_INET6 if ':' in address else socket.AF_INET
            def sockets(netns):
                with open('/run/netns/' + netns) as file:
                    if ctypes.CDLL(None).setns(file.fileno(), 0x40000000): raise OSError('setns')
                return [socket.socket(family, socket.SOCK_DGRAM) for _ in range(2)]
            receivers = sockets(target)
            for receiver in receivers:
                receiver.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
                receiver.bind((address, 0))
                receiver.settimeout(3)
            senders = sockets(source)
            for sender, receiver in zip(senders, receivers):
                sender.connect(receiver.getsockname()[:2])
            random.seed(int(seed))
            sent, count = [[], []], 0
            while count < 400:
                size, flow = random.choice([1, 18, random.randint(1, 1400)]), random.randint(0, 1)
                for _ in range(random.choice([1, 2, 30, 100])):
                    data = random.randbytes(size)
                    if count < 400: senders[flow].send(data); sent[flow].append(data); count += 1
            print('sent', flush=True)
            good = 0
            for flow in range(2):
                for data in sent[flow]:
                    try: good += receivers[flow].recv(2000) == data
                    except TimeoutError: break
            print(f'{good} of {count}', flush=True)
            """;

    private final Process process;
    private final BufferedReader output;

    private Datagrams(Process process) {
        this.process = process;
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Sends; returns when 400 wait in the device, few enough for its queue. */
    static Datagrams send(Netns net, String from, String to, String address, int seed)
            throws IOException {
        final Process process =
                new ProcessBuilder(
                                "python3",
                                "-c",
                                SCRIPT,
                                net.name(from),
                                net.name(to),
                                address,
                                Integer.toString(seed))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        final Datagrams datagrams = new Datagrams(process);
        if (!"sent".equals(datagrams.output.readLine())) {
            datagrams.close();
            throw new AssertionError("nothing was sent");
        }
        return datagrams;
    }

    /** For example {@code 400 of 400}. */
    String arrived() throws IOException {
        return output.readLine();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
