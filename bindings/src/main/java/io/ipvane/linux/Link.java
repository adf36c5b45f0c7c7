// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

/**
 * An interface as it was at one moment.
 *
 * @param index its number in its namespace
 * @param name its name then
 * @param mac its MAC address, first byte on the wire highest; 0 where it has none of six bytes
 * @param mtu largest L3 packet in bytes
 * @param flags its {@code IFF_*} bits
 * @param carrier whether it has carrier, up or not
 * @param xdp how an XDP program is attached: 0 none, 1 in the driver, 2 generic, 3 in hardware, 4
 *     several
 */
public record Link(int index, String name, long mac, int mtu, int flags, boolean carrier, int xdp) {
    private static final int FIXED_PART = 16;

    /**
     * Decodes RTM_NEWLINK or RTM_DELLINK; null where it is of another kind, a bridge's for
     * instance.
     */
    static Link decode(NetlinkMessage message) {
        if (!message.hasFixedPart(FIXED_PART) || message.u8(0) != Rtnl.AF_UNSPEC) {
            return null;
        }
        final Attributes attributes = message.attributes(FIXED_PART);
        final byte[] mac = attributes.bytes(Rtnl.IFLA_ADDRESS);
        final int flags = message.i32(8);
        return new Link(
                message.i32(4),
                attributes.text(Rtnl.IFLA_IFNAME),
                mac == null ? 0 : Mac.of(mac),
                attributes.i32(Rtnl.IFLA_MTU, 0),
                flags,
                attributes.u8(Rtnl.IFLA_CARRIER, flags & Rtnl.IFF_LOWER_UP) != 0,
                attributes.nested(Rtnl.IFLA_XDP).u8(Rtnl.IFLA_XDP_ATTACHED, 0));
    }

    /** Whether a message tells of an interface that the driver of TUN and TAP devices has made. */
    static boolean isTap(NetlinkMessage message) {
        return message.hasFixedPart(FIXED_PART)
                && message.attributes(FIXED_PART)
                        .nested(Rtnl.IFLA_LINKINFO)
                        .text(Rtnl.IFLA_INFO_KIND)
                        .equals("tun");
    }

    /** A request about the interface with this index, 0 for one that an attribute names. */
    static NetlinkRequest request(int type, int index) {
        return request(type, index, 0, 0);
    }

    /** A request that also sets those bits of the flags that {@code mask} has. */
    static NetlinkRequest request(int type, int index, int flags, int mask) {
        return new NetlinkRequest(type, 0)
                .u8(Rtnl.AF_UNSPEC)
                .u8(0)
                .u16(0)
                .u32(index)
                .u32(flags)
                .u32(mask);
    }

    /** Administratively up. */
    public boolean up() {
        return (flags & Rtnl.IFF_UP) != 0;
    }

    /**
     * Whether somebody made it promiscuous by its flag; packet sockets that ask do not show here.
     */
    public boolean promiscuous() {
        return (flags & Rtnl.IFF_PROMISC) != 0;
    }

    /** Whether ARP and ND are switched off (spec TX-34). */
    public boolean noArp() {
        return (flags & Rtnl.IFF_NOARP) != 0;
    }

    /** Whether it takes every group address (spec CFG-15). */
    public boolean allMulticast() {
        return (flags & (Rtnl.IFF_ALLMULTI | Rtnl.IFF_PROMISC)) != 0;
    }
}
