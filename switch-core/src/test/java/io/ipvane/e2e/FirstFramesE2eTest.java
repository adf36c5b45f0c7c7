// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import static io.ipvane.e2e.SwitchNetwork.BLUE;
import static io.ipvane.e2e.SwitchNetwork.GREEN;
import static io.ipvane.e2e.SwitchNetwork.OUTSIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.testing.Netns;
import java.util.Collections;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An address works, and a group is heard, from the moment that the system call of it returns: the
 * first frames are not lost until the switch has noticed.
 */
@Tag("e2e")
final class FirstFramesE2eTest {
    /** What the programs below have in common: one process that works in several namespaces. */
    private static final String COMMON =
            """
            import ctypes, os, select, socket, subprocess, sys, threading, time
            libc = ctypes.CDLL(None, use_errno=True)
            def enter(netns):
                fd = os.open("/run/netns/" + netns, os.O_RDONLY)
                assert libc.setns(fd, 0x40000000) == 0
                os.close(fd)
            def ip(*words):
                subprocess.run(["ip", *words], check=True)
            def family(address):
                return socket.AF_INET6 if ":" in address else socket.AF_INET
            def receive(s, count):
                got = 0
                s.settimeout(3)
                try:
                    while got < count:
                        s.recv(100)
                        got += 1
                except socket.timeout:
                    pass
                return got
            """;

    /**
     * Adds addresses, sends 60 datagrams from each at once and 60 just before it is deleted; prints
     * how many of these were lost.
     */
    private static final String ADDRESSES =
            COMMON
                    + """
                    here, there, to, other, prefix, length = sys.argv[1:]
                    enter(there)
                    sink = socket.socket(family(to), socket.SOCK_DGRAM)
                    sink.bind((to, 9000))
                    lost = []
                    for i in range(10):
                        new = prefix + str(40 + i)
                        words = [new + "/" + length, "dev", "eth0"] + (["nodad"] if ":" in new else [])
                        if other:
                            enter(other)
                            ip("address", "add", *words)
                            ip("address", "del", *words[:3])
                        enter(here)
                        ip("address", "add", *words)
                        s = socket.socket(family(to), socket.SOCK_DGRAM)
                        s.bind((new, 0))
                        for k in range(60):
                            s.sendto(b"x", (to, 9000))
                        lost.append(60 - receive(sink, 60))
                        for k in range(60):
                            s.sendto(b"x", (to, 9000))
                        ip("address", "del", *words[:3])
                        lost.append(60 - receive(sink, 60))
                    print(lost)
                    """;

    /** Joins groups, and asks each at once; prints how many answers came. */
    private static final String GROUPS =
            COMMON
                    + """
                    here, there, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
                    groups = sys.argv[4:]
                    def interface(s, group, option4, option6):
                        if ":" in group:
                            index = socket.if_nametoindex("eth0")
                            value = socket.inet_pton(socket.AF_INET6, group) + index.to_bytes(4, sys.byteorder)
                            s.setsockopt(socket.IPPROTO_IPV6, option6, value)
                        else:
                            index = socket.if_nametoindex("eth0")
                            value = socket.inet_aton(group) + bytes(4) + index.to_bytes(4, sys.byteorder)
                            s.setsockopt(socket.IPPROTO_IP, option4, value)
                    def target(group):
                        return (group, 5353, 0, socket.if_nametoindex("eth0")) if ":" in group else (group, 5353)
                    def open_socket(group):
                        s = socket.socket(family(group), socket.SOCK_DGRAM)
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
                        s.bind((group, 5353) if "." in group else (group, 5353, 0, socket.if_nametoindex("eth0")))
                        if "." in group:
                            s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
                        else:
                            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
                        return s
                    def answer(s, to):
                        while True:
                            s.recv(100)
                            for k in range(5):
                                s.sendto(b"answer", to)
                    enter(there)
                    for group in groups:
                        s = open_socket(group)
                        interface(s, group, socket.IP_ADD_MEMBERSHIP, socket.IPV6_JOIN_GROUP)
                        threading.Thread(target=answer, args=(s, target(group)), daemon=True).start()
                    time.sleep(1)
                    enter(here)
                    lost = []
                    for i in range(rounds):
                        for group in groups:
                            s = open_socket(group)
                            interface(s, group, socket.IP_ADD_MEMBERSHIP, socket.IPV6_JOIN_GROUP)
                            s.sendto(b"question", target(group))
                            lost.append(5 - receive(s, 5))
                            s.close()
                    print(lost)
                    """;

    private static final String NOTHING = Collections.nCopies(20, 0).toString();

    private static SwitchNetwork network;

    @BeforeAll
    static void start() {
        network = SwitchNetwork.start(Setup.some().findFirst().orElseThrow(), "l2");
    }

    @AfterAll
    static void stop() {
        try (SwitchNetwork ended = network) {
            network = null;
            ended.daemon().stop();
        }
    }

    private static String run(String program, String... arguments) {
        final Netns net = network.net();
        final String[] words = new String[arguments.length + 3];
        words[0] = "python3";
        words[1] = "-c";
        words[2] = program;
        System.arraycopy(arguments, 0, words, 3, arguments.length);
        return net.exec(BLUE, words).orFail().output().strip();
    }

    private static String name(String label) {
        return network.net().name(label);
    }

    /** How many of each 60 datagrams were lost. */
    private static String lost(String to, String prefix, int length, String other) {
        final String receiver = to.endsWith("12") ? GREEN : OUTSIDE;
        network.ping(BLUE, to).orFail();
        return run(
                ADDRESSES,
                name(BLUE),
                name(receiver),
                to,
                other.isEmpty() ? "" : name(other),
                prefix,
                Integer.toString(length));
    }

    @ParameterizedTest(name = "to {0} from {1}")
    @CsvSource({
        "10.0.0.12, 10.0.0., 24", "10.0.0.254, 10.0.0., 32",
        "fd00::12, fd00::1:, 64", "fd00::fe, fd00::2:, 128"
    })
    void shouldLoseNothingThatIsSentWhenIpAddressAddHasReturned(
            String to, String prefix, int length) {
        assertEquals(NOTHING, lost(to, prefix, length, ""));
    }

    @ParameterizedTest(name = "to {0} from {1}")
    @CsvSource({"10.0.0.254, 10.0.0.1, 24", "fd00::fe, fd00::3:, 64"})
    void shouldLoseNothingFromAnAddressThatHasJustLeftASibling(
            String to, String prefix, int length) {
        assertEquals(NOTHING, lost(to, prefix, length, GREEN));
    }

    @Test
    void shouldHearTheAnswersToAQuestionThatFollowsTheJoin() {
        final String lost =
                run(
                        GROUPS,
                        name(BLUE),
                        name(GREEN),
                        "3",
                        "224.0.0.251",
                        "239.1.2.3",
                        "ff02::fb",
                        "ff02::1:ff00:4242");
        assertEquals("[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", lost);
    }
}
