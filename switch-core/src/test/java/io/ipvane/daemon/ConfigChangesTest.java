// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.control.view.StaleRevisionException;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Whatever step of a change fails, the switch is afterwards as it was before. */
class ConfigChangesTest {
    /**
     * Does steps to maps, in an order that devices would allow, or fails at one of them: what comes
     * and goes not at all, what changes half way.
     */
    private static final class Steps implements ChangeSteps {
        final Map<String, UplinkConfig> uplinks = new TreeMap<>();
        final Map<String, PortConfig> ports = new TreeMap<>();
        int left = Integer.MAX_VALUE;

        private void step() {
            if (left-- == 0) {
                throw new IllegalArgumentException("no more");
            }
        }

        @Override
        public void addUplink(UplinkConfig config, List<UplinkConfig> all) {
            step();
            assertEquals(null, uplinks.put(config.name(), config));
        }

        @Override
        public void removeUplink(UplinkConfig config) {
            step();
            assertTrue(ports.values().stream().noneMatch(p -> p.uplink().equals(config.name())));
            assertTrue(uplinks.remove(config.name(), config));
        }

        @Override
        public void changeUplink(
                UplinkConfig before, UplinkConfig after, List<PortConfig> members) {
            members.forEach(member -> assertEquals(member, ports.get(member.name())));
            assertTrue(uplinks.replace(after.name(), after) != null);
            step();
        }

        @Override
        public void addPort(UplinkConfig config, PortConfig port) {
            step();
            assertEquals(config, uplinks.get(port.uplink()));
            assertEquals(null, ports.put(port.name(), port));
        }

        @Override
        public void removePort(PortConfig port) {
            step();
            assertTrue(ports.remove(port.name(), port));
        }

        @Override
        public void changePort(UplinkConfig uplink, PortConfig before, PortConfig after) {
            assertTrue(ports.replace(after.name(), after) != null);
            step();
        }

        @Override
        public Optional<String> otherOwner(UplinkConfig uplink, PortConfig port, IpPrefix address) {
            return ports.values().stream()
                    .filter(other -> other.uplink().equals(uplink.name()))
                    .filter(other -> !other.name().equals(port.name()))
                    .filter(
                            other ->
                                    other.addresses().stream()
                                            .anyMatch(a -> a.address().equals(address.address())))
                    .map(PortConfig::name)
                    .findFirst();
        }

        @Override
        public void settle() {
            step();
        }

        void assertIs(SwitchConfig config) {
            assertEquals(
                    config.uplinks().stream()
                            .sorted((a, b) -> a.name().compareTo(b.name()))
                            .toList(),
                    List.copyOf(uplinks.values()));
            assertEquals(
                    config.ports().stream().sorted((a, b) -> a.name().compareTo(b.name())).toList(),
                    List.copyOf(ports.values()));
        }
    }

    /** Of three uplinks and six ports those that the generator wants, as it wants them. */
    private static SwitchConfig any(SplittableRandom random) {
        final StringBuilder uplinks = new StringBuilder("uplinks:\n");
        final StringBuilder ports = new StringBuilder("ports:\n");
        final String always = "u" + random.nextInt(3);
        for (int u = 0; u < 3; u++) {
            final String name = "u" + u;
            if (name.equals(always) || random.nextBoolean()) {
                uplinks.append(
                        "  - { name: %s, device: \"tap:w%d\", mode: l%d }%n"
                                .formatted(name, u, 2 + random.nextInt(2)));
                for (int p = 0; p < 2; p++) {
                    if (random.nextBoolean()) {
                        ports.append(
                                "  - { name: p%d%d, uplink: %s, netns: n%d, addresses: [10.0.0.%d/24] }%n"
                                        .formatted(
                                                u,
                                                p,
                                                name,
                                                random.nextInt(2),
                                                1 + 2 * random.nextInt(2) + p));
                    }
                }
            }
        }
        final String all = uplinks + (ports.length() > 7 ? ports.toString() : "");
        return SwitchConfig.parse(all, "test");
    }

    @RepeatedTest(50)
    void shouldUndoWhateverStepFails(RepetitionInfo repetition) {
        final long seed = repetition.getCurrentRepetition();
        final SplittableRandom random = new SplittableRandom(seed);
        final SwitchConfig before = any(random);
        final SwitchConfig after = any(random);
        for (int failing = 0; ; failing++) {
            final Steps steps = new Steps();
            final ConfigChanges changes = new ConfigChanges(steps, before);
            changes.start(before);
            steps.assertIs(before);
            steps.left = failing;
            try {
                assertEquals(2, changes.apply(after, 1).revision());
                steps.assertIs(after);
                assertEquals(after, changes.running().config());
                return;
            } catch (ChangeRefusedException e) {
                assertEquals("no more", e.getMessage(), "seed " + seed);
            }
            steps.assertIs(before);
            assertEquals(before, changes.running().config());
            assertEquals(1, changes.running().revision());
            steps.left = Integer.MAX_VALUE;
            changes.apply(after, 1);
            steps.assertIs(after);
        }
    }

    @Test
    void shouldRefuseAChangeOfAnotherRevision() {
        final SwitchConfig config = any(new SplittableRandom(1));
        final Steps steps = new Steps();
        final ConfigChanges changes = new ConfigChanges(steps, config);
        changes.start(config);
        assertThrows(StaleRevisionException.class, () -> changes.apply(config, 7));
        steps.assertIs(config);
    }
}
