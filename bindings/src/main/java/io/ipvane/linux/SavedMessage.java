// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.HexFormat;

/**
 * An address or a route as the kernel listed it, to be made again later, down to what we do not
 * understand of it. Immutable.
 */
final class SavedMessage {
    private static final int ADDRESS_FIXED_PART = 8;
    private static final int ROUTE_FIXED_PART = 12;
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

    /** A request to make it again at an interface, which may be another than it came from. */
    byte[] add(Link link) {
        return request(message.type(), Rtnl.CREATE | Rtnl.EXCLUSIVE, link);
    }

    /** A request to delete it, for an address. */
    byte[] delete(Link link) {
        return request(Rtnl.DELADDR, 0, link);
    }

    private byte[] request(int type, int flags, Link link) {
        final NetlinkRequest request = new NetlinkRequest(type, flags);
        final int fixedPart = isAddress() ? ADDRESS_FIXED_PART : ROUTE_FIXED_PART;
        for (int i = 0; i < (isAddress() ? ADDRESS_FIXED_PART - 4 : ROUTE_FIXED_PART); i++) {
            request.u8(message.u8(i));
        }
        if (isAddress()) {
            request.u32(link.index());
        }
        final Attributes attributes = message.attributes(fixedPart);
        for (final int attribute : attributes.types()) {
            if (!isAddress() && attribute == Rtnl.RTA_OIF) {
                request.attribute32(attribute, link.index());
            } else if (!isAddress() || attribute != Rtnl.IFA_LABEL || namedAs(link, attributes)) {
                request.attribute(attribute, attributes.bytes(attribute));
            }
        }
        return request.bytes();
    }

    /** A label begins with the name of its interface; that of another would only mislead. */
    private static boolean namedAs(Link link, Attributes attributes) {
        return attributes.text(Rtnl.IFA_LABEL).startsWith(link.name());
    }

    @Override
    public String toString() {
        return isAddress() ? address().local().toString() : route().toString();
    }
}
