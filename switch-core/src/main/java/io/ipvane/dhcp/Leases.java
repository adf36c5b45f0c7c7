// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import io.ipvane.packet.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who leases what: so many a port, so many in all, none beyond. Conductor only. */
final class Leases {
    private record Key(int uplink, IpAddress address) {}

    private final DhcpLimits limits;
    private final Map<Key, Lease> all = new HashMap<>();
    private final Map<Integer, Map<IpAddress, Lease>> byPort = new HashMap<>();

    Leases(DhcpLimits limits) {
        this.limits = limits;
    }

    /** Whoever leases an address on an uplink, or null. */
    Lease find(int uplink, IpAddress address) {
        return all.get(new Key(uplink, address));
    }

    /** What a port leases at an address, or null. */
    Lease of(int port, IpAddress address) {
        return byPort.getOrDefault(port, Map.of()).get(address);
    }

    /** Enters a lease of an address that nobody leases; null where there are too many. */
    Lease add(int uplink, int port, IpAddress address) {
        if (all.size() >= limits.leases() || count(port) >= limits.leasesAPort()) {
            return null;
        }
        final Lease lease = new Lease(uplink, port, address);
        all.put(new Key(uplink, address), lease);
        byPort.computeIfAbsent(port, p -> new LinkedHashMap<>()).put(address, lease);
        return lease;
    }

    void remove(Lease lease) {
        all.remove(new Key(lease.uplink, lease.address));
        final Map<IpAddress, Lease> own = byPort.get(lease.port);
        own.remove(lease.address);
        if (own.isEmpty()) {
            byPort.remove(lease.port);
        }
    }

    /** Whether a port has a lease. */
    boolean any(int port) {
        return byPort.containsKey(port);
    }

    List<Lease> of(int port) {
        return List.copyOf(byPort.getOrDefault(port, Map.of()).values());
    }

    /** Those whose time is over. */
    List<Lease> due(long now) {
        final List<Lease> due = new ArrayList<>();
        for (Lease lease : all.values()) {
            if (lease.deadline != Long.MAX_VALUE && now - lease.deadline >= 0) {
                due.add(lease);
            }
        }
        return due;
    }

    int size() {
        return all.size();
    }

    private int count(int port) {
        return byPort.getOrDefault(port, Map.of()).size();
    }
}
