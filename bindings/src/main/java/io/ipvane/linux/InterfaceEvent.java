// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.InetAddress;
import java.util.Set;

/** What happened at a watched interface. Immutable; may be handed to any thread. */
public sealed interface InterfaceEvent {
    /** The interface that it happened at, as it was asked for. */
    WatchedInterface at();

    /**
     * An address was added that the interface did not have under any prefix length (spec ADR-12).
     *
     * @param address the local address, with the prefix length that it came with first
     */
    record AddressAdded(WatchedInterface at, IpPrefix address) implements InterfaceEvent {}

    /**
     * Duplicate address detection of an IPv6 address has begun, which is told before the address
     * is, or has ended well. One that ends badly is reported as removed.
     */
    record AddressTried(WatchedInterface at, InetAddress address, boolean free)
            implements InterfaceEvent {}

    /** The interface no longer has this address under any prefix length, or may not use it. */
    record AddressRemoved(WatchedInterface at, InetAddress address) implements InterfaceEvent {}

    /**
     * The interface appeared, or its name, MAC address, MTU, carrier, or one of up, ARP and
     * all-multicast changed.
     */
    record LinkChanged(WatchedInterface at, Link link) implements InterfaceEvent {}

    /**
     * The TAP was taken to another namespace. The kernel has left its addresses behind, each of
     * which was reported as removed before.
     *
     * @param netns how to speak of the namespace: its name, {@code net:[INODE]} where it has none,
     *     empty for that of this process
     */
    record InterfaceMoved(WatchedInterface at, String netns, Link link) implements InterfaceEvent {}

    /**
     * The interface was deleted, or was not there when the watch began; one that is no TAP of ours
     * may have moved away, and is reported again where another gets its name.
     *
     * @param withNamespace its namespace has ended
     */
    record InterfaceGone(WatchedInterface at, boolean withNamespace) implements InterfaceEvent {}

    /**
     * The link-layer multicast groups that the interface listens to are others now.
     *
     * @param groups all of them as MAC addresses, first byte on the wire highest
     */
    record MulticastChanged(WatchedInterface at, Set<Long> groups) implements InterfaceEvent {
        /** Whether IPv6 may be enabled at the interface, which is in the group of all nodes. */
        public boolean mayHaveIpv6() {
            return groups.contains(MulticastGroups.ALL_NODES);
        }
    }
}
