// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.model.PortModel;
import io.ipvane.model.Route;
import io.ipvane.model.SegmentModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.Optional;

/**
 * Which addresses a guest may be believed to have when it says so: none that is, or may be,
 * somebody else's as far as the configuration of its segment tells. Pure; any thread.
 */
final class LearnRules {
    /**
     * Why it is not believed.
     *
     * @param error as of a system call
     * @param reason for a reader
     */
    record Refusal(String error, String reason) {}

    private LearnRules() {}

    /** Why a port may not have an address, if so; who claims it already is the book's matter. */
    static Optional<Refusal> refusal(SegmentModel segment, PortModel port, IpAddress address) {
        if (!isSomebodys(address) || isBroadcast(segment, address)) {
            return Optional.of(new Refusal("EINVAL", "not the address of one host"));
        }
        if (segment.holds(address) || segment.linkLocal().equals(address)) {
            return Optional.of(new Refusal("EADDRINUSE", "the host's address"));
        }
        if (segment.routes().stream().anyMatch(route -> route.isVia(address))) {
            return Optional.of(new Refusal("EADDRINUSE", "the gateway of a route"));
        }
        if (segment.neighbors().stream().anyMatch(known -> known.address().equals(address))) {
            return Optional.of(new Refusal("EADDRINUSE", "a configured neighbour's address"));
        }
        if (leadsElsewhere(segment, port, address)) {
            return Optional.of(new Refusal("EINVAL", "a route leads elsewhere"));
        }
        return Optional.empty();
    }

    /** Nobody has 0/8, 240/4 (RFC 6890), or anything in ::/64, mapped IPv4 for instance. */
    private static boolean isSomebodys(IpAddress address) {
        return address.isNeighbor() && (address.isIpv4() || address.key0() != 0);
    }

    /** The first and the last address of a network that the host port is on. */
    private static boolean isBroadcast(SegmentModel segment, IpAddress address) {
        for (IpPrefix own : segment.hostAddresses()) {
            if (own.address().isIpv4() && own.length() < 31 && own.contains(address)) {
                final int host = address.ipv4() & -1 >>> own.length();
                if (host == 0 || host == -1 >>> own.length()) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Whether packets to an address take a route away from this link. Siblings are looked for
     * before routes are: who could claim an address behind the gateway would have their packets.
     */
    private static boolean leadsElsewhere(SegmentModel segment, PortModel port, IpAddress address) {
        if (address.isLinkLocal()
                || port.allowedSources().stream().anyMatch(p -> p.contains(address))) {
            return false;
        }
        final Route best = Route.find(segment.allRoutes(), address);
        return best != null && !best.isOnLink();
    }
}
