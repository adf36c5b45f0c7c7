// SPDX-License-Identifier: Apache-2.0
package io.ipvane.group;

import io.ipvane.packet.Icmpv6;
import io.ipvane.packet.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one IGMP or MLD message says of groups, in its order. Immutable.
 *
 * <pre>
 *  IGMPv1, v2  | type | time | checksum | group 4 |
 *  IGMPv3      | 0x22 | 0 | checksum | 0 0 | records 2 |  records: | type | aux words | sources 2 | group 4 | sources | aux |
 *  MLDv1       | type | 0 | checksum | delay 2 | 0 0 | group 16 |
 *  MLDv2       | 143  | 0 | checksum | 0 0 | records 2 |  records as IGMPv3's, with addresses of 16 bytes
 * </pre>
 *
 * @param changes one for each group
 */
public record MembershipReport(List<Change> changes) {
    /**
     * One group.
     *
     * @param listens whether the sender wants its frames, from whatever source
     */
    public record Change(IpAddress group, boolean listens) {}

    private static final int V1_REPORT = 0x12;
    private static final int V2_REPORT = 0x16;
    private static final int V2_LEAVE = 0x17;
    private static final int V3_REPORT = 0x22;

    // Types of records: which sources are wanted, or which are not (RFC 3376, 4.2.12).
    private static final int MODE_IS_INCLUDE = 1;
    private static final int MODE_IS_EXCLUDE = 2;
    private static final int CHANGE_TO_INCLUDE = 3;
    private static final int CHANGE_TO_EXCLUDE = 4;
    private static final int ALLOW_NEW_SOURCES = 5;
    private static final int BLOCK_OLD_SOURCES = 6;

    private static final int IPV4 = 4;
    private static final int IPV6 = 16;
    private static final int IGMP_LENGTH = 8;
    private static final int RECORDS = 8;
    private static final int MLD_GROUP = 8;

    /** Keeps a copy of the list. */
    public MembershipReport {
        changes = List.copyOf(changes);
    }

    /**
     * Reads an IGMP message; the checksum is not looked at.
     *
     * @param message what stands behind the IPv4 header, trailer cut off
     * @return empty for a query, an unknown type, and what contradicts itself
     */
    public static Optional<MembershipReport> igmp(byte[] message) {
        if (message.length < IGMP_LENGTH) {
            return Optional.empty();
        }
        final ByteBuffer at = ByteBuffer.wrap(message);
        return switch (at.get(0) & 0xFF) {
            case V1_REPORT, V2_REPORT -> one(address(at, 4, IPV4), true);
            case V2_LEAVE -> one(address(at, 4, IPV4), false);
            case V3_REPORT -> records(at, IPV4);
            default -> Optional.empty();
        };
    }

    /**
     * Reads an MLD message; the checksum is not looked at.
     *
     * @param message what stands behind the hop-by-hop header, beginning with the ICMPv6 type
     * @return empty for a query, another message, and what contradicts itself
     */
    public static Optional<MembershipReport> mld(byte[] message) {
        if (message.length < RECORDS) {
            return Optional.empty();
        }
        final ByteBuffer at = ByteBuffer.wrap(message);
        final int type = at.get(0) & 0xFF;
        if (type == Icmpv6.LISTENER_REPORT_V2) {
            return records(at, IPV6);
        }
        if (!Icmpv6.isMembership(type) || message.length < MLD_GROUP + IPV6) {
            return Optional.empty();
        }
        return one(address(at, MLD_GROUP, IPV6), type == Icmpv6.LISTENER_REPORT);
    }

    private static Optional<MembershipReport> one(IpAddress group, boolean listens) {
        return group.isMulticast()
                ? Optional.of(new MembershipReport(List.of(new Change(group, listens))))
                : Optional.empty();
    }

    /** A record that reaches beyond the message spoils it all: nobody knows what was meant. */
    private static Optional<MembershipReport> records(ByteBuffer at, int bytes) {
        final int count = at.getShort(6) & 0xFFFF;
        final List<Change> changes = new ArrayList<>();
        int offset = RECORDS;
        for (int i = 0; i < count; i++) {
            if (at.capacity() - offset < 4 + bytes) {
                return Optional.empty();
            }
            final int type = at.get(offset) & 0xFF;
            final int auxiliary = (at.get(offset + 1) & 0xFF) * 4;
            final int sources = at.getShort(offset + 2) & 0xFFFF;
            final IpAddress group = address(at, offset + 4, bytes);
            offset += 4 + bytes + sources * bytes + auxiliary;
            if (offset > at.capacity() || !group.isMulticast()) {
                return Optional.empty();
            }
            switch (type) {
                case MODE_IS_EXCLUDE, CHANGE_TO_EXCLUDE -> changes.add(new Change(group, true));
                case MODE_IS_INCLUDE, CHANGE_TO_INCLUDE ->
                        changes.add(new Change(group, sources > 0));
                case ALLOW_NEW_SOURCES -> {
                    if (sources > 0) {
                        changes.add(new Change(group, true));
                    }
                }
                case BLOCK_OLD_SOURCES -> {
                    // Others may remain; a later report says, or the time runs out.
                }
                default -> {
                    // To be ignored (RFC 3376, 4.2.12).
                }
            }
        }
        return Optional.of(new MembershipReport(changes));
    }

    private static IpAddress address(ByteBuffer at, int offset, int bytes) {
        return bytes == IPV4
                ? IpAddress.ipv4(at.getInt(offset))
                : IpAddress.ipv6(at.getLong(offset), at.getLong(offset + 8));
    }
}
