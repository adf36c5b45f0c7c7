// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.packet.Vxlan;

/**
 * What a tunnel is told of its outer headers: how those that it sends are made, and which of those
 * that come it takes. Immutable.
 *
 * @param port UDP port that it receives at and sends to
 * @param ttl 1 to 255, or {@link #INHERIT}
 * @param tos type of service whose upper six bits are sent, or {@link #INHERIT}; the lower two are
 *     always made of the inner packet's
 * @param df whether routers may fragment the outer IPv4 packet
 * @param label flow label of outer IPv6 packets, 20 bits
 * @param checksum when outer UDP checksums are sent
 * @param gbp whether group policy bits are no reserved ones
 * @param strictReserved whether reserved bits make a packet wrong (spec DEC-4, F20)
 * @param rfc6040 whether congestion marks are copied outwards (spec F23)
 * @param zeroChecksum6 whether an outer IPv6 packet without UDP checksum is taken (spec DEC-9)
 * @param firstSourcePort lowest UDP source port that is sent
 * @param lastSourcePort highest UDP source port that is sent
 */
public record TunnelOptions(
        int port,
        int ttl,
        int tos,
        DontFragment df,
        int label,
        Checksum checksum,
        boolean gbp,
        boolean strictReserved,
        boolean rfc6040,
        boolean zeroChecksum6,
        int firstSourcePort,
        int lastSourcePort) {
    /** As the inner packet has it. */
    public static final int INHERIT = -1;

    /** What is sent where {@link #INHERIT} finds an inner frame that is not IP. */
    public static final int TTL_OF_OTHERS = 64;

    /** Whether routers may fragment outer IPv4 packets. */
    public enum DontFragment {
        /** They may. */
        UNSET,
        /** They may not. */
        SET,
        /** As the inner IPv4 packet has it; not where the inner one is IPv6. */
        INHERIT
    }

    /** When outer UDP checksums are sent. */
    public enum Checksum {
        /** Over IPv6 only, whose receivers ask for it (spec F24). */
        AUTO,
        /** Always. */
        ON,
        /** Never. */
        OFF
    }

    /** The options of a tunnel that says nothing else. */
    public static final TunnelOptions DEFAULT =
            new TunnelOptions(
                    Vxlan.PORT,
                    64,
                    0,
                    DontFragment.UNSET,
                    0,
                    Checksum.AUTO,
                    false,
                    true,
                    false,
                    false,
                    32768,
                    60999);

    /** Refuses what no header can say; the configuration has refused it with a place before. */
    public TunnelOptions {
        within("port", port, 1, 0xFFFF);
        within("ttl", ttl == INHERIT ? TTL_OF_OTHERS : ttl, 1, 0xFF);
        within("tos", tos == INHERIT ? 0 : tos, 0, 0xFF);
        within("label", label, 0, 0xF_FFFF);
        within("firstSourcePort", firstSourcePort, 1, 0xFFFF);
        within("lastSourcePort", lastSourcePort, firstSourcePort, 0xFFFF);
    }

    private static void within(String name, int value, int low, int high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(
                    name + "=" + value + " is not within " + low + " to " + high);
        }
    }

    /** Whether outer packets of a family have a UDP checksum. */
    public boolean sums(boolean ipv6) {
        return checksum == Checksum.AUTO ? ipv6 : checksum == Checksum.ON;
    }

    /** Bits of a VXLAN header, as {@link Vxlan#word} reads it, that make a packet wrong. */
    public long refusedBits() {
        if (!strictReserved) {
            return 0;
        }
        return gbp ? Vxlan.RESERVED & ~Vxlan.GROUP_POLICY : Vxlan.RESERVED;
    }
}
