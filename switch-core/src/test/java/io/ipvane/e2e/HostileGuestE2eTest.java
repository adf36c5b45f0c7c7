// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import io.ipvane.e2e.ScriptedPeer.Protocol;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests that do what no driver does, at vhost-user ports of a switch that goes on. */
@Tag("e2e")
@Execution(ExecutionMode.CONCURRENT)
final class HostileGuestE2eTest {
    /**
     * DPDK's library loses those that come with a message for a ring beyond its last: always 20
     * times 8, of {@code descriptors-left-behind} in either role.
     */
    private static final int LOST_DESCRIPTORS = 2 * 160;

    /** What is in a sending ring and cannot be: the first look at it finds that. */
    private static final Set<String> ENDS =
            Set.of(
                    "indirect-length-changes",
                    "frames-of-ten-megabytes",
                    "frames-longer-than-any",
                    "frame-lengths-that-wrap",
                    "frame-of-empty-parts",
                    "frame-of-no-bytes",
                    "frame-beyond-the-end-of-memory",
                    "frame-in-a-hole",
                    "frame-across-a-hole",
                    "table-in-a-hole",
                    "table-across-the-edge-of-a-hole",
                    "table-entry-across-the-edge-of-a-hole",
                    "indirect-beyond-the-end-of-memory",
                    "chain-to-itself",
                    "indirect-loop",
                    "head-out-of-range");

    @TempDir private static Path folder;
    private static HostilePeers peers;

    @BeforeAll
    static void start() {
        peers = new HostilePeers(Protocol.VHOST_USER, folder, 4);
    }

    @AfterAll
    static void stop() {
        if (peers != null) {
            try (HostilePeers ended = peers) {
                ended.stop(LOST_DESCRIPTORS);
            }
        }
    }

    static Stream<String> violations() {
        return Protocol.VHOST_USER.violations().stream().filter(name -> !ENDS.contains(name));
    }

    static Stream<String> ends() {
        return ENDS.stream().sorted();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void shouldGoOn(String violation) throws Exception {
        peers.commit(violation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ends")
    void shouldEndTheConnection(String violation) throws Exception {
        peers.commitAndBeThrownOut(violation);
    }

    /** Where the guest owns the socket, the switch comes back to it again and again. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "random-bytes",
                "half-a-message",
                "descriptors-left-behind",
                "connections-in-a-storm",
                "memory-larger-than-its-file",
                "memory-file-truncated",
                "frames-outside-memory",
                "buffers-of-one-byte",
                "disconnect-in-a-burst"
            })
    void shouldGoOnWhereTheGuestOwnsTheSocket(String violation) throws Exception {
        peers.commitAsOwner(violation);
    }
}
