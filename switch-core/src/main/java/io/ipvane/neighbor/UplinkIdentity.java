// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.List;
import java.util.Map;

/**
 * Who an uplink is when it asks.
 *
 * @param mac its own MAC
 * @param addresses those of its host port, with their networks; may be empty
 * @param linkLocal IPv6 source of its questions
 * @param speakers own addresses that whoever is in a network is asked from
 */
public record UplinkIdentity(
        long mac,
        List<IpPrefix> addresses,
        IpAddress linkLocal,
        Map<IpPrefix, IpAddress> speakers) {
    private static final long LINK_LOCAL_HIGH = 0xFE80_0000_0000_0000L;
    private static final long UNIVERSAL_BIT = 1L << 57;
    private static final IpAddress NO_ADDRESS = IpAddress.ipv4(0);

    /** Copies the list and the map. */
    public UplinkIdentity {
        addresses = List.copyOf(addresses);
        speakers = Map.copyOf(speakers);
    }

    /** Asks everybody from the address that suits best. */
    public UplinkIdentity(long mac, List<IpPrefix> addresses, IpAddress linkLocal) {
        this(mac, addresses, linkLocal, Map.of());
    }

    /** The same uplink, which asks whoever is in one of these networks from an address of it. */
    public UplinkIdentity speaking(Map<IpPrefix, IpAddress> now) {
        return new UplinkIdentity(mac, addresses, linkLocal, now);
    }

    /**
     * An uplink whose link-local address is the first among its addresses, else the one that its
     * MAC makes (RFC 4291, appendix A).
     */
    public static UplinkIdentity of(long mac, List<IpPrefix> addresses) {
        for (IpPrefix prefix : addresses) {
            if (!prefix.address().isIpv4() && prefix.address().isLinkLocal()) {
                return new UplinkIdentity(mac, addresses, prefix.address());
            }
        }
        return new UplinkIdentity(mac, addresses, linkLocal(mac));
    }

    private static IpAddress linkLocal(long mac) {
        final long spread = mac >>> 24 << 40 | 0xFFFEL << 24 | (mac & 0xFF_FFFF);
        return IpAddress.ipv6(LINK_LOCAL_HIGH, spread ^ UNIVERSAL_BIT);
    }

    /**
     * The address to ask for {@code target} from. IPv6: the link-local one. IPv4, the first that
     * exists of: that which a route says; ours in the smallest network with the target, since many
     * stacks answer only those; the sender's, on whose behalf we ask (Linux, {@code arp_announce}
     * 0); ours that has most leading bits with the target; 0.0.0.0, a probe.
     *
     * @param sender address of the port on whose behalf we ask, or null
     */
    IpAddress sourceFor(IpAddress target, IpAddress sender) {
        if (!target.isIpv4()) {
            return linkLocal;
        }
        final IpAddress speaker = speakerFor(target);
        if (speaker != null) {
            return speaker;
        }
        IpPrefix connected = null;
        IpAddress nearest = NO_ADDRESS;
        int nearestBits = -1;
        for (IpPrefix own : addresses) {
            if (own.contains(target) && (connected == null || own.length() > connected.length())) {
                connected = own;
            }
            if (own.address().isIpv4()) {
                final int bits = Integer.numberOfLeadingZeros(own.address().ipv4() ^ target.ipv4());
                if (bits > nearestBits) {
                    nearest = own.address();
                    nearestBits = bits;
                }
            }
        }
        if (connected != null) {
            return connected.address();
        }
        return sender != null && sender.isIpv4() ? sender : nearest;
    }

    /** Of the smallest network that has the target; null where none has. */
    private IpAddress speakerFor(IpAddress target) {
        IpAddress speaker = null;
        int length = -1;
        for (Map.Entry<IpPrefix, IpAddress> known : speakers.entrySet()) {
            if (known.getKey().length() > length && known.getKey().contains(target)) {
                speaker = known.getValue();
                length = known.getKey().length();
            }
        }
        return speaker;
    }
}
