// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Remotes in bulk: what takes the place of what, and what comes too late. */
class RemoteBatchTest {
    private static final SwitchConfig EMPTY =
            SwitchConfig.parse(
                    """
                    uplinks: [ { name: wan0, device: "tap:w" } ]
                    tunnels: [ { name: vx0, uplink: wan0 } ]
                    vnis: [ { vni: 42 }, { vni: 43 } ]
                    """,
                    "test.yaml");

    private static Map<String, Object> at(String address, String vtep, int sequence) {
        return Map.of("vni", 42, "address", address, "vtep", vtep, "sequence", sequence);
    }

    private static SwitchConfig apply(SwitchConfig config, String list, Object... remotes) {
        return RemoteBatch.read(Map.of(list, List.of(remotes))).applyTo(config);
    }

    private static String vteps(SwitchConfig config) {
        return config.remotes().stream().map(RemoteConfig::vtep).toList().toString();
    }

    @Test
    void shouldReplaceWhatHasTheSameKeyUnlessThatIsNewer() {
        final SwitchConfig first = apply(EMPTY, "add", at("10.8.0.2", "192.0.2.2", 5));
        assertEquals("[192.0.2.2]", vteps(first));
        final SwitchConfig moved = apply(first, "add", at("10.8.0.2", "192.0.2.3", 6));
        assertEquals("[192.0.2.3]", vteps(moved));
        assertSame(moved, apply(moved, "add", at("10.8.0.2", "192.0.2.2", 5)), "a straggler");
        assertSame(moved, apply(moved, "add", at("10.8.0.2", "192.0.2.3", 6)), "as it is");
    }

    @Test
    void shouldNotDeleteWhatIsElsewhereByNow() {
        final SwitchConfig there = apply(EMPTY, "add", at("10.8.0.2", "192.0.2.3", 6));
        assertSame(there, apply(there, "delete", at("10.8.0.2", "192.0.2.2", 9)));
        assertSame(there, apply(there, "delete", at("10.8.0.2", "192.0.2.3", 5)));
        assertSame(
                there, apply(there, "delete", Map.of("vni", 43, "address", "10.8.0.2")), "another");
        assertEquals("[]", vteps(apply(there, "delete", Map.of("vni", 42, "address", "10.8.0.2"))));
    }

    @Test
    void shouldTellFloodedFromAddressedRemotes() {
        final SwitchConfig both =
                apply(
                        EMPTY,
                        "add",
                        Map.of("vni", 42, "vtep", "192.0.2.2"),
                        at("10.8.0.2", "192.0.2.2", 0));
        assertEquals(
                "[192.0.2.2]",
                vteps(apply(both, "delete", Map.of("vni", 42, "vtep", "192.0.2.2"))));
        assertThrows(
                ConfigException.class, () -> apply(both, "delete", Map.of("vni", 42)), "which?");
    }

    @Test
    void shouldRefuseAllWhereOneIsWrong() {
        final ConfigException refused =
                assertThrows(
                        ConfigException.class,
                        () ->
                                apply(
                                        EMPTY,
                                        "add",
                                        at("10.8.0.2", "192.0.2.2", 0),
                                        Map.of("vni", 7, "vtep", "192.0.2.2")));
        assertEquals("/add/1/vni", refused.problems().get(0).pointer());
    }
}
