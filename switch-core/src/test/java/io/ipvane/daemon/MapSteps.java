// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.packet.IpAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Does steps to maps, in an order that devices would allow, or fails at some of them: what comes
 * and goes not at all, what changes half way.
 */
final class MapSteps implements ChangeSteps {
    final Map<String, UplinkConfig> uplinks = new TreeMap<>();
    final Map<String, PortConfig> ports = new TreeMap<>();
    final Set<String> amiss = new HashSet<>();
    final Set<String> opened = new HashSet<>();

    /** What was taken away and is not closed yet. */
    final Set<String> leaving = new HashSet<>();

    final Map<IpAddress, String> heldInNamespaces = new HashMap<>();

    /** How often it was asked for owners. */
    int asked;

    /** Whether the step that is about to be done fails. */
    BooleanSupplier fails = () -> false;

    private void step() {
        if (fails.getAsBoolean()) {
            throw new IllegalArgumentException("no more");
        }
    }

    @Override
    public Map<String, UplinkConfig> uplinks() {
        return uplinks;
    }

    @Override
    public Map<String, PortConfig> ports() {
        return ports;
    }

    @Override
    public boolean isAmiss(String name) {
        return amiss.contains(name);
    }

    @Override
    public Map<IpAddress, String> owners(UplinkConfig uplink, List<IpAddress> addresses) {
        asked++;
        final Map<IpAddress, String> owners = new HashMap<>();
        for (PortConfig port : ports.values()) {
            if (port.uplink().equals(uplink.name())) {
                port.addresses().forEach(a -> owners.put(a.address(), port.name()));
            }
        }
        owners.putAll(heldInNamespaces);
        owners.keySet().retainAll(new HashSet<>(addresses));
        return owners;
    }

    @Override
    public void check(PortConfig port, IfMissing ifMissing) {
        step();
    }

    @Override
    public void check(HostConfig host, IfMissing ifMissing) {
        step();
    }

    @Override
    public void checkChange(UplinkConfig uplink, PortConfig before, PortConfig after) {
        step();
    }

    @Override
    public void openPort(UplinkConfig config, PortConfig port, IfMissing ifMissing) {
        step();
        assertTrue(uplinks.containsKey(port.uplink()));
        assertTrue(opened.add(port.name()));
        assertTrue(
                ports.values().stream().noneMatch(p -> p.endpoint().equals(port.endpoint())),
                "two interfaces of one name");
    }

    @Override
    public void closeOpened() {
        opened.clear();
    }

    @Override
    public void addUplink(UplinkConfig config, List<UplinkConfig> all, IfMissing ifMissing) {
        step();
        assertNull(uplinks.put(config.name(), config));
    }

    @Override
    public void changeTunnels(SwitchConfig next) {
        // These tests have none.
    }

    @Override
    public void removeUplink(String name) {
        step();
        assertTrue(ports.values().stream().noneMatch(p -> p.uplink().equals(name)));
        assertTrue(uplinks.remove(name) != null);
        leaving.add(name);
        amiss.remove(name);
    }

    @Override
    public void changeUplink(UplinkConfig after, List<PortConfig> members, IfMissing ifMissing) {
        members.forEach(member -> assertTrue(ports.containsKey(member.name())));
        assertTrue(uplinks.replace(after.name(), after) != null);
        amiss.add(after.name());
        step();
        amiss.remove(after.name());
    }

    @Override
    public void addPort(UplinkConfig config, PortConfig port, IfMissing ifMissing) {
        step();
        assertTrue(uplinks.containsKey(port.uplink()));
        assertTrue(
                ports.values().stream().noneMatch(p -> p.endpoint().equals(port.endpoint())),
                "two interfaces of one name");
        opened.remove(port.name());
        assertNull(ports.put(port.name(), port));
    }

    @Override
    public void removePort(String name) {
        step();
        assertTrue(ports.remove(name) != null);
        leaving.add(name);
        amiss.remove(name);
    }

    @Override
    public void changePort(UplinkConfig uplink, PortConfig before, PortConfig after) {
        assertTrue(ports.replace(after.name(), after) != null);
        amiss.add(after.name());
        step();
        amiss.remove(after.name());
    }

    @Override
    public boolean reconcile(SwitchConfig config, Predicate<String> renewed) {
        return false;
    }

    @Override
    public void finishRemovals() {
        step();
        leaving.clear();
    }

    @Override
    public void settle() {
        step();
        leaving.clear();
    }

    void assertIs(SwitchConfig config, String why) {
        assertEquals(
                config.uplinks().stream().sorted(Comparator.comparing(UplinkConfig::name)).toList(),
                List.copyOf(uplinks.values()),
                why);
        assertEquals(
                config.ports().stream().sorted(Comparator.comparing(PortConfig::name)).toList(),
                List.copyOf(ports.values()),
                why);
        assertEquals(Set.of(), amiss, why);
        assertEquals(Set.of(), opened, why);
        assertEquals(Set.of(), leaving, why);
    }
}
