// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.InetAddress;

/**
 * A unicast route through one interface.
 *
 * @param destination prefix; length 0 for the default route of its family
 * @param gateway next hop, or null where the destination is on the link
 * @param source preferred source address, or null
 * @param link index of the interface
 * @param table number of the routing table; 254 is main
 * @param protocol who made it; 2 is the kernel, 4 an administrator
 * @param metric priority, lower wins; 0 for the default of its family
 */
public record Route(
        IpPrefix destination,
        InetAddress gateway,
        InetAddress source,
        int link,
        int table,
        int protocol,
        int metric) {
    private static final int FIXED_PART = 12;

    /** A route of the main table, as {@code ip route add} makes it; gateway null for none. */
    public static Route of(IpPrefix destination, InetAddress gateway, Link link) {
        return new Route(
                destination,
                gateway,
                null,
                link.index(),
                Rtnl.RT_TABLE_MAIN,
                Rtnl.RTPROT_STATIC,
                0);
    }

    /**
     * Whether somebody has made it for all packets: it is in the main table, and does not just
     * follow from an address.
     */
    public boolean isOfSomebody() {
        return table == Rtnl.RT_TABLE_MAIN && (protocol != Rtnl.RTPROT_KERNEL || gateway != null);
    }

    /** Decodes RTM_NEWROUTE or RTM_DELROUTE; null where it is none that somebody configures. */
    static Route decode(NetlinkMessage message) {
        if (!message.hasFixedPart(FIXED_PART)
                || (message.u8(0) != Rtnl.AF_INET && message.u8(0) != Rtnl.AF_INET6)
                || message.u8(7) != Rtnl.RTN_UNICAST
                || (message.i32(8) & Rtnl.RTM_F_CLONED) != 0) {
            return null;
        }
        final Attributes attributes = message.attributes(FIXED_PART);
        final byte[] any = new byte[message.u8(0) == Rtnl.AF_INET ? 4 : 16];
        final byte[] destination = attributes.bytes(Rtnl.RTA_DST);
        return new Route(
                new IpPrefix(
                        IpPrefix.address(destination == null ? any : destination), message.u8(1)),
                address(attributes.bytes(Rtnl.RTA_GATEWAY)),
                address(attributes.bytes(Rtnl.RTA_PREFSRC)),
                attributes.i32(Rtnl.RTA_OIF, 0),
                attributes.i32(Rtnl.RTA_TABLE, message.u8(4)),
                message.u8(5),
                attributes.i32(Rtnl.RTA_PRIORITY, 0));
    }

    private static InetAddress address(byte[] bytes) {
        return bytes == null ? null : IpPrefix.address(bytes);
    }

    /** A request to list the routes of a family through one interface, 0 for all. */
    static NetlinkRequest list(int family, int link) {
        final NetlinkRequest request = fixedPart(Rtnl.GETROUTE, 0, family, 0, 0, 0, 0, 0);
        return link == 0 ? request : request.attribute32(Rtnl.RTA_OIF, link);
    }

    /** A request to add or delete this route. */
    NetlinkRequest request(int type, int flags) {
        final int family = IpPrefix.family(destination.address());
        final boolean onLink = gateway == null && family == Rtnl.AF_INET;
        final NetlinkRequest request =
                fixedPart(
                        type,
                        flags,
                        family,
                        destination.length(),
                        protocol,
                        onLink ? Rtnl.RT_SCOPE_LINK : Rtnl.RT_SCOPE_UNIVERSE,
                        Rtnl.RTN_UNICAST,
                        table);
        request.attribute(Rtnl.RTA_DST, destination.address().getAddress())
                .attribute32(Rtnl.RTA_OIF, link);
        if (gateway != null) {
            request.attribute(Rtnl.RTA_GATEWAY, gateway.getAddress());
        }
        if (source != null) {
            request.attribute(Rtnl.RTA_PREFSRC, source.getAddress());
        }
        if (metric != 0) {
            request.attribute32(Rtnl.RTA_PRIORITY, metric);
        }
        return request;
    }

    private static NetlinkRequest fixedPart(
            int type,
            int flags,
            int family,
            int length,
            int protocol,
            int scope,
            int kind,
            int table) {
        final NetlinkRequest request =
                new NetlinkRequest(type, flags)
                        .u8(family)
                        .u8(length)
                        .u8(0)
                        .u8(0)
                        .u8(table < 256 ? table : 0)
                        .u8(protocol)
                        .u8(scope)
                        .u8(kind)
                        .u32(0);
        return table < 256 ? request : request.attribute32(Rtnl.RTA_TABLE, table);
    }

    /** As {@code ip route} would print it, for messages. */
    @Override
    public String toString() {
        return (destination.length() == 0 ? "default" : destination.toString())
                + (gateway == null ? "" : " via " + gateway.getHostAddress());
    }
}
