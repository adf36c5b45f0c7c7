// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.InetAddress;

/**
 * An address of an interface.
 *
 * @param link index of the interface
 * @param local the address itself, never the far end of a point-to-point one (spec ADR-12)
 * @param flags its {@code IFA_F_*} bits
 */
public record InterfaceAddress(int link, IpPrefix local, int flags) {
    private static final int FIXED_PART = 8;

    /** Decodes RTM_NEWADDR or RTM_DELADDR; null where it is neither IPv4 nor IPv6. */
    static InterfaceAddress decode(NetlinkMessage message) {
        if (!message.hasFixedPart(FIXED_PART)
                || (message.u8(0) != Rtnl.AF_INET && message.u8(0) != Rtnl.AF_INET6)) {
            return null;
        }
        final Attributes attributes = message.attributes(FIXED_PART);
        // IFA_ADDRESS is the far end where the two differ; IPv6 has only that where they do not.
        final int which = attributes.has(Rtnl.IFA_LOCAL) ? Rtnl.IFA_LOCAL : Rtnl.IFA_ADDRESS;
        final byte[] local = attributes.bytes(which);
        if (local == null) {
            return null;
        }
        return new InterfaceAddress(
                message.i32(4),
                new IpPrefix(IpPrefix.address(local), message.u8(1)),
                attributes.i32(Rtnl.IFA_FLAGS, message.u8(2)));
    }

    /** A request about an address; prefix null for a dump, index 0 for all interfaces. */
    static NetlinkRequest request(int type, int flags, int link, IpPrefix prefix) {
        final NetlinkRequest request = new NetlinkRequest(type, flags);
        if (prefix == null) {
            return request.u8(Rtnl.AF_UNSPEC).u8(0).u8(0).u8(0).u32(link);
        }
        final byte[] address = prefix.address().getAddress();
        final int scope = scope(prefix.address());
        return request.u8(IpPrefix.family(prefix.address()))
                .u8(prefix.length())
                .u8(0)
                .u8(scope)
                .u32(link)
                .attribute(Rtnl.IFA_LOCAL, address)
                .attribute(Rtnl.IFA_ADDRESS, address);
    }

    /** A request for one IPv6 address of an interface; of IPv4 the kernel answers none. */
    static NetlinkRequest request(int link, InetAddress address) {
        return new NetlinkRequest(Rtnl.GETADDR, 0)
                .u8(Rtnl.AF_INET6)
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(link)
                .attribute(Rtnl.IFA_ADDRESS, address.getAddress());
    }

    private static int scope(InetAddress address) {
        return address.isLinkLocalAddress() ? Rtnl.RT_SCOPE_LINK : Rtnl.RT_SCOPE_UNIVERSE;
    }

    /** Whether the kernel has made it of a secret, as RFC 7217 has it. */
    boolean madeOfSecret() {
        return (flags & Rtnl.IFA_F_STABLE_PRIVACY) != 0;
    }

    /** Whether it is still being found out if another node has it (RFC 4862; also RFC 4429). */
    boolean tentative() {
        return (flags & Rtnl.IFA_F_TENTATIVE) != 0;
    }

    /** False for an IPv6 address that another node was found to own (RFC 4862, section 5.4.5). */
    boolean usable() {
        return (flags & Rtnl.IFA_F_DADFAILED) == 0;
    }
}
