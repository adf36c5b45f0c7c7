// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who claims which address, and who has it. One address belongs to one port of an uplink (spec
 * ADR-2); a second claim, which only a namespace can make, waits its turn and is reported, not
 * dispatched.
 *
 * <p>Conductor thread only. Knows nothing of whether a port is up: what is dispatched is a matter
 * of the address table.
 */
final class AddressBook {
    /** Where a claim comes from. */
    enum Origin {
        CONFIG("config"),
        NAMESPACE("namespace"),
        LINK_LOCAL("linklocal"),
        DHCP("dhcp");

        private final String key;

        Origin(String key) {
            this.key = key;
        }

        /** The name for readers. */
        String key() {
            return key;
        }
    }

    /** One claim of one port. */
    record Claim(int port, IpPrefix address, Origin origin) {}

    private record Key(int uplink, IpAddress address) {}

    /** The first claim has the address, the others wait. */
    private final Map<Key, List<Claim>> claims = new HashMap<>();

    /** The same claims by port, oldest first: a port may have very many. */
    private final Map<Integer, Map<IpAddress, Claim>> byPort = new HashMap<>();

    /**
     * Adds a claim that {@link #holds} does not know yet.
     *
     * @return the claim that has the address now: this one, or that of whoever came before
     */
    Claim add(int uplink, Claim claim) {
        final List<Claim> all =
                claims.computeIfAbsent(
                        new Key(uplink, claim.address().address()), k -> new ArrayList<>(1));
        all.add(claim);
        byPort.computeIfAbsent(claim.port(), p -> new LinkedHashMap<>())
                .put(claim.address().address(), claim);
        return all.get(0);
    }

    /** Whether the same port has claimed the same address before, whatever the prefix length. */
    boolean holds(Claim claim) {
        return byPort.getOrDefault(claim.port(), Map.of()).containsKey(claim.address().address());
    }

    /** What a port claims at an address, with or without success, or null. */
    Claim find(int port, IpAddress address) {
        return byPort.getOrDefault(port, Map.of()).get(address);
    }

    /** Says that a claim comes from elsewhere now; it keeps its place. */
    void relabel(int uplink, Claim claim, Origin origin) {
        final Claim changed = new Claim(claim.port(), claim.address(), origin);
        claims.get(new Key(uplink, claim.address().address()))
                .replaceAll(c -> c.equals(claim) ? changed : c);
        byPort.get(claim.port()).put(claim.address().address(), changed);
    }

    /**
     * Withdraws the claim of a port.
     *
     * @return the claim that has the address now, or null where nobody is left
     */
    Claim remove(int uplink, int port, IpAddress address) {
        final Key key = new Key(uplink, address);
        final List<Claim> all = claims.get(key);
        if (all == null) {
            return null;
        }
        all.removeIf(c -> c.port() == port);
        final Map<IpAddress, Claim> own = byPort.getOrDefault(port, new HashMap<>());
        own.remove(address);
        if (own.isEmpty()) {
            byPort.remove(port);
        }
        if (all.isEmpty()) {
            claims.remove(key);
            return null;
        }
        return all.get(0);
    }

    /** The claim that has an address, or null. */
    Claim owner(int uplink, IpAddress address) {
        final List<Claim> all = claims.get(new Key(uplink, address));
        return all == null ? null : all.get(0);
    }

    /** All claims of one port, with or without success, oldest first. */
    List<Claim> of(int port) {
        return List.copyOf(byPort.getOrDefault(port, Map.of()).values());
    }
}
