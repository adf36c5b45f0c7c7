// SPDX-License-Identifier: Apache-2.0
package io.ipvane.e2e;

import io.ipvane.e2e.ScriptedPeer.Protocol;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that do what no peer does, at memif ports of a switch that goes on. */
@Tag("e2e")
@Execution(ExecutionMode.CONCURRENT)
final class HostileMemifE2eTest {
    @TempDir private static Path folder;
    private static HostilePeers peers;

    @BeforeAll
    static void start() {
        // With four, three of them floods, neighbours once had no echo for two seconds; no loss was
        // counted, and why is not known.
        peers = new HostilePeers(Protocol.MEMIF, folder, 2);
    }

    @AfterAll
    static void stop() {
        if (peers != null) {
            try (HostilePeers ended = peers) {
                ended.stop(0);
            }
        }
    }

    static Stream<String> ofClients() {
        return Protocol.MEMIF.violations("connect").stream();
    }

    static Stream<String> ofServers() {
        return Protocol.MEMIF.violations("listen").stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofClients")
    void shouldGoOnAsAServer(String violation) throws Exception {
        peers.commit(violation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofServers")
    void shouldGoOnAsAClient(String violation) throws Exception {
        peers.commitAsOwner(violation);
    }
}
