// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

/**
 * An address and how many of its leading bits matter: a network such as 10.0.0.0/24, or an
 * interface address such as 10.0.0.11/24, whose host bits are set. Control plane.
 *
 * @param address as written, host bits included
 * @param length leading bits that matter, 0 to 32 or 128
 */
public record IpPrefix(IpAddress address, int length) {
    /** Refuses a length that the family does not have. */
    public IpPrefix {
        if (length < 0 || length > address.bits()) {
            throw new IllegalArgumentException(
                    "prefix length "
                            + length
                            + " of "
                            + address
                            + " is not within 0 to "
                            + address.bits());
        }
    }

    /**
     * Reads a network: {@code 10.0.0.0/24}; without a length, one address.
     *
     * @throws IllegalArgumentException with the text and the remedy, also where host bits are set
     */
    public static IpPrefix parse(String text) {
        final IpPrefix prefix = parseWithHostBits(text);
        if (!prefix.network().equals(prefix)) {
            throw new IllegalArgumentException(
                    "'" + text + "' has bits behind its prefix length; write " + prefix.network());
        }
        return prefix;
    }

    /**
     * Reads an interface address: {@code 10.0.0.11/24}; without a length, one address.
     *
     * @throws IllegalArgumentException with the text and the expected form
     */
    public static IpPrefix parseWithHostBits(String text) {
        final int slash = text.indexOf('/');
        if (slash <= 0) {
            final IpAddress address = IpAddress.parse(text);
            return new IpPrefix(address, address.bits());
        }
        final IpAddress address = IpAddress.parse(text.substring(0, slash));
        return new IpPrefix(address, parseLength(text, slash + 1));
    }

    private static int parseLength(String text, int start) {
        int length = 0;
        for (int i = start; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c < '0' || c > '9' || i - start == 3) {
                throw malformed(text);
            }
            length = length * 10 + (c - '0');
        }
        if (start == text.length() || (text.charAt(start) == '0' && text.length() - start > 1)) {
            throw malformed(text);
        }
        return length;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not a prefix; write it like 10.0.0.0/24 or 2001:db8::/64");
    }

    /** The same prefix with its host bits cleared. */
    public IpPrefix network() {
        return new IpPrefix(
                new IpAddress(address.family(), address.key0() & mask0(), address.key1() & mask1()),
                length);
    }

    /** Whether an address lies within: same family, same leading bits. */
    public boolean contains(IpAddress other) {
        return other.family() == address.family()
                && ((other.key0() ^ address.key0()) & mask0()) == 0
                && ((other.key1() ^ address.key1()) & mask1()) == 0;
    }

    /** Mask of {@link IpAddress#key0}: the low 32 bits for IPv4, the high half for IPv6. */
    private long mask0() {
        return address.isIpv4() ? leading(length, 32) : leading(Math.min(length, 64), 64);
    }

    private long mask1() {
        return address.isIpv4() ? 0 : leading(Math.max(length - 64, 0), 64);
    }

    /** The first {@code ones} of the low {@code width} bits set. */
    private static long leading(int ones, int width) {
        return ones == 0 ? 0 : -1L >>> (64 - ones) << (width - ones);
    }

    /** {@code 10.0.0.0/24}, always with the length. */
    @Override
    public String toString() {
        return address + "/" + length;
    }
}
