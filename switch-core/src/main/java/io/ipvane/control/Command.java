// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.request.Request;
import io.ipvane.table.GroupFilter;

/** What the conductor can be told or asked. Immutable but for the state of a question. */
public sealed interface Command {
    /** About a port, host port or uplink, which may have been removed since it was said. */
    sealed interface OfPort extends Command {
        /** Its index. */
        int port();
    }

    /** An interface has an address now; {@code configured} if it is in the configuration. */
    record AddressAdded(int port, IpPrefix address, boolean configured) implements OfPort {}

    /**
     * An interface finds out if another station has an IPv6 address that it is about to take, or
     * has found out that none has.
     */
    record AddressTried(int port, IpAddress address, boolean free) implements OfPort {}

    /** An interface has an address no longer. */
    record AddressRemoved(int port, IpAddress address) implements OfPort {}

    /**
     * The interface of a port is up or down (spec ADR-6), or has another carrier, MTU or MAC; MTU
     * or MAC 0 where there is none to tell.
     */
    record PortLink(int port, boolean up, boolean carrier, int mtu, long mac) implements OfPort {
        /** One that has neither MTU nor MAC to tell. */
        PortLink(int port, boolean up) {
            this(port, up, up, 0, 0);
        }
    }

    /** The interface of a port or host port has this name now, in this namespace. */
    record PortPlace(int port, String netns, String interfaceName) implements OfPort {}

    /** The interface of a port is not there: it was deleted, by itself or with its namespace. */
    record InterfaceGone(int port) implements OfPort {}

    /** The interface of a port has joined or left group addresses. */
    record PortGroups(int port, GroupFilter groups) implements OfPort {}

    /** The MTU of an uplink's interface is this now. */
    record UplinkMtu(int port, int mtu) implements OfPort {}

    /** The MAC of an uplink's interface is this now (spec CFG-8). */
    record UplinkMac(int port, long mac) implements OfPort {}

    /** The carrier of an uplink changed. */
    record UplinkLink(int port, boolean up) implements OfPort {}

    /** A question about the conductor's state, answered on its thread. */
    record Ask<T>(Request<T> question) implements Command {}
}
