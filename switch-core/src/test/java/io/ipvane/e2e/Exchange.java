// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.testing.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Two namespaces that send each other numbered datagrams, a thousand a second each way, until
 * {@link #end}. Queues of interfaces and sockets are long enough for a switch that a busy machine
 * keeps waiting for ten seconds, so whatever is missing at the end was lost by the switch. One
 * thread.
 */
final class Exchange implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Datagrams: ten seconds and more. */
    private static final String QUEUE = "20000";

    /** Sends and receives in one loop, until its input ends; prints what was sent and missed. */
    private static final String PROGRAM =
            """
            import ctypes, json, os, select, socket, sys, time
            libc = ctypes.CDLL(None, use_errno=True)
            def open_socket(netns, address):
                fd = os.open("/run/netns/" + netns, os.O_RDONLY)
                assert libc.setns(fd, 0x40000000) == 0
                os.close(fd)
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
                s.bind((address, 9000))
                s.setblocking(False)
                return s
            names, addresses = sys.argv[1:3], sys.argv[3:5]
            sockets = [open_socket(*each) for each in zip(names, addresses)]
            heard = [set(), set()]
            last, silence, disorder = time.monotonic(), 0, 0
            newest = [-1, -1]
            def receive(seconds):
                global last, silence, disorder
                ready, _, _ = select.select(sockets, [], [], max(0, seconds))
                for s in ready:
                    at = sockets.index(s)
                    try:
                        while True:
                            number = int(s.recv(100))
                            disorder += number < newest[at]
                            newest[at] = number
                            heard[at].add(number)
                            now = time.monotonic()
                            silence, last = max(silence, now - last), now
                    except BlockingIOError:
                        pass
            sent, due = 0, time.monotonic()
            while not select.select([sys.stdin], [], [], 0)[0]:
                for at in (0, 1):
                    sockets[at].sendto(b"%d" % sent, (addresses[1 - at], 9000))
                sent += 1
                due = max(due + 0.001, time.monotonic() - 0.01)
                while True:
                    wait = due - time.monotonic()
                    receive(wait)
                    if wait <= 0:
                        break
            end = time.monotonic() + 10
            while min(map(len, heard)) < sent and time.monotonic() < end:
                receive(0.1)
            missing = [n for all in heard for n in range(sent) if n not in all]
            print(json.dumps({"sent": 2 * sent, "missing": len(missing), "first": missing[:20],
                              "disorder": disorder, "silence": silence}))
            """;

    /**
     * What came of it.
     *
     * @param sent datagrams
     * @param text this and more, to read where a test fails
     */
    record Outcome(long sent, long missing, long disorder, String text) {}

    private final Process process;

    private Exchange(Process process) {
        this.process = process;
    }

    /** Begins; both have talked to each other before. */
    static Exchange begin(
            Netns net, String one, String oneAddress, String other, String otherAddress) {
        for (String label : new String[] {one, other}) {
            net.ip(label, "link", "set", "dev", "eth0", "txqueuelen", QUEUE);
        }
        try {
            return new Exchange(
                    new ProcessBuilder(
                                    net.inside(
                                            one,
                                            "python3",
                                            "-c",
                                            PROGRAM,
                                            net.name(one),
                                            net.name(other),
                                            oneAddress,
                                            otherAddress))
                            .redirectErrorStream(true)
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it, and waits up to ten seconds for what is on its way. */
    Outcome end() {
        final String said;
        try {
            process.getOutputStream().close();
            said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            final JsonNode told = JSON.readTree(said);
            return new Outcome(
                    told.required("sent").asLong(),
                    told.required("missing").asLong(),
                    told.required("disorder").asLong(),
                    said);
        } catch (JsonProcessingException e) {
            throw new AssertionError("the exchange broke off", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
