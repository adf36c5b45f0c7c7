// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.OptionalLong;

/**
 * An address, a route or a neighbour as the kernel listed it, to be made again later, down to what
 * we do not understand of it. Immutable.
 */
final class SavedMessage {
    private static final int ADDRESS_FIXED_PART = 8;
    private static final int ROUTE_FIXED_PART = 12;
    private static final int NEIGHBOR_FIXED_PART = 12;
    private static final int FOR_EVER = -1;
    private static final HexFormat HEX = HexFormat.of();

    private final NetlinkMessage message;

    SavedMessage(NetlinkMessage message) {
        this.message = message;
    }

    /** Reads what {@link #hex} wrote. */
    static SavedMessage parse(String hex) {
        return new SavedMessage(NetlinkMessage.parse(HEX.parseHex(hex)).get(0));
    }

    /** The whole message in hexadecimal. */
    String hex() {
        return HEX.formatHex(message.bytes());
    }

    NetlinkMessage message() {
        return message;
    }

    private boolean isAddress() {
        return message.type() == Rtnl.NEWADDR;
    }

    /** The address, where it is one. */
    InterfaceAddress address() {
        return InterfaceAddress.decode(message);
    }

    /** The route, where it is one. */
    Route route() {
        return Route.decode(message);
    }

    private boolean isNeighbor() {
        return message.type() == Rtnl.NEWNEIGH;
    }

    /** Whether it is a neighbour at this interface that somebody has configured. */
    boolean isConfiguredNeighbor(int link) {
        return isNeighbor()
                && message.hasFixedPart(NEIGHBOR_FIXED_PART)
                && (message.u8(0) == Rtnl.AF_INET || message.u8(0) == Rtnl.AF_INET6)
                && message.i32(4) == link
                && ((message.u8(8) & Rtnl.NUD_PERMANENT) != 0
                        || (message.u8(10) & Rtnl.NTF_PROXY) != 0);
    }

    /**
     * Seconds after which an address ends unless somebody renews it, as a DHCP client does; nothing
     * for one that stays.
     */
    OptionalLong lifetime() {
        final byte[] times = message.attributes(ADDRESS_FIXED_PART).bytes(Rtnl.IFA_CACHEINFO);
        final int valid = times == null || times.length < 8 ? FOR_EVER : number(times, 4);
        return valid == FOR_EVER
                ? OptionalLong.empty()
                : OptionalLong.of(Integer.toUnsignedLong(valid));
    }

    private static int number(byte[] bytes, int offset) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt(offset);
    }

    /**
     * A request to make an address at an interface where nobody renews it: there it stays. One that
     * was deprecated is so again.
     */
    byte[] addForEver(Link link) {
        return request(message.type(), Rtnl.CREATE | Rtnl.EXCLUSIVE, link, true);
    }

    /** A request to make it again at an interface, which may be another than it came from. */
    byte[] add(Link link) {
        return request(message.type(), Rtnl.CREATE | Rtnl.EXCLUSIVE, link, false);
    }

    /** A request to delete it, for an address. */
    byte[] delete(Link link) {
        return request(Rtnl.DELADDR, 0, link, false);
    }

    private byte[] request(int type, int flags, Link link, boolean forEver) {
        final NetlinkRequest request = new NetlinkRequest(type, flags);
        final int fixedPart = isAddress() ? ADDRESS_FIXED_PART : ROUTE_FIXED_PART;
        for (int i = 0; i < fixedPart; i++) {
            // Addresses and neighbours have the index of their interface here.
            if (i == 4 && (isAddress() || isNeighbor())) {
                request.u32(link.index());
                i += 3;
            } else {
                request.u8(message.u8(i));
            }
        }
        final Attributes attributes = message.attributes(fixedPart);
        for (final int attribute : attributes.types()) {
            final byte[] value = attributes.bytes(attribute);
            if (isAddress()) {
                addressAttribute(request, attribute, value, link, forEver);
            } else if (isNeighbor()) {
                if (attribute != Rtnl.NDA_CACHEINFO && attribute != Rtnl.NDA_PROBES) {
                    request.attribute(attribute, value);
                }
            } else if (attribute == Rtnl.RTA_OIF) {
                request.attribute32(attribute, link.index());
            } else {
                request.attribute(attribute, value);
            }
        }
        return request.bytes();
    }

    private void addressAttribute(
            NetlinkRequest request, int attribute, byte[] value, Link link, boolean forEver) {
        if (attribute == Rtnl.IFA_CACHEINFO && forEver) {
            final int preferred = number(value, 0) == 0 ? 0 : FOR_EVER;
            request.attribute(
                    attribute,
                    ByteBuffer.allocate(16)
                            .order(ByteOrder.nativeOrder())
                            .putInt(preferred)
                            .putInt(FOR_EVER)
                            .array());
        } else if (attribute != Rtnl.IFA_LABEL || namedAs(link)) {
            request.attribute(attribute, value);
        }
    }

    /** A label begins with the name of its interface; that of another would only mislead. */
    private boolean namedAs(Link link) {
        return message.attributes(ADDRESS_FIXED_PART).text(Rtnl.IFA_LABEL).startsWith(link.name());
    }

    @Override
    public String toString() {
        if (isNeighbor()) {
            final byte[] address = message.attributes(NEIGHBOR_FIXED_PART).bytes(Rtnl.NDA_DST);
            return address == null ? "?" : IpPrefix.address(address).getHostAddress();
        }
        return isAddress() ? address().local().toString() : route().toString();
    }
}
