// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import java.util.Optional;

/**
 * A field that rules may ask about: its word in documents and on the command line, how flower calls
 * it, and where it stands in a {@link FlowKey}.
 */
public enum MatchField {
    PORT("port", "", Kind.PLACE, 0, 32, 16, 0, "the port that sent the frame"),
    UPLINK("uplink", "", Kind.PLACE, 1, 0, 32, 0, "the uplink whose segment it is in"),
    TUNNEL("tunnel", "", Kind.PLACE, 0, 48, 16, FlowKey.TUNNEL, "the tunnel it came out of"),
    VNI("vni", "", Kind.NUMBER, 1, 0, 24, 0, "the VNI whose segment it is in"),
    ENC_KEY_ID(
            "encKeyId", "enc_key_id", Kind.NUMBER, 10, 0, 24, FlowKey.TUNNEL, "VNI it came with"),
    ENC_SRC("encSrc", "enc_src_ip", Kind.NETWORK, FlowKey.ENC_SRC, 0, 128, 0, "outer source"),
    ENC_DST("encDst", "enc_dst_ip", Kind.NETWORK, FlowKey.ENC_DST, 0, 128, 0, "outer destination"),
    ENC_DST_PORT(
            "encDstPort",
            "enc_dst_port",
            Kind.NUMBER,
            10,
            32,
            16,
            FlowKey.TUNNEL,
            "outer UDP destination port"),
    ENC_TOS("encTos", "enc_tos", Kind.NUMBER, 10, 48, 8, FlowKey.TUNNEL, "outer TOS"),
    ENC_TTL("encTtl", "enc_ttl", Kind.NUMBER, 10, 56, 8, FlowKey.TUNNEL, "outer TTL"),
    ENC_FLAGS("encFlags", "enc_flags", Kind.ENC_FLAGS, 11, 32, 16, FlowKey.TUNNEL, "outer flags"),
    GBP("gbp", "gbp", Kind.NUMBER, 11, 0, 16, FlowKey.TUNNEL, "group of VXLAN-GBP"),
    SRC_MAC("srcMac", "src_mac", Kind.MAC, 3, 0, 48, FlowKey.ETHERNET, "source MAC address"),
    DST_MAC("dstMac", "dst_mac", Kind.MAC, 2, 0, 48, FlowKey.ETHERNET, "destination MAC address"),
    ETHER_TYPE(
            "etherType",
            "eth_type",
            Kind.ETHER_TYPE,
            1,
            32,
            16,
            FlowKey.ETHERNET,
            "EtherType behind VLAN tags: a number or `ipv4`, `ipv6`, `arp`"),
    VLAN("vlan", "vlan_id", Kind.NUMBER, 1, 48, 12, FlowKey.VLAN, "VLAN of the outer tag"),
    PROTOCOL(
            "protocol",
            "ip_proto",
            Kind.PROTOCOL,
            2,
            48,
            8,
            FlowKey.IP,
            "a number or `tcp`, `udp`, `icmp`, `icmpv6`, `sctp`, `gre`, `esp`, `ah`"),
    SRC("src", "src_ip", Kind.NETWORK, FlowKey.SRC, 0, 128, 0, "source network"),
    DST("dst", "dst_ip", Kind.NETWORK, FlowKey.DST, 0, 128, 0, "destination network"),
    SRC_PORT("srcPort", "src_port", Kind.RANGE, 4, 0, 16, FlowKey.PORTS, "number or range `N-M`"),
    DST_PORT("dstPort", "dst_port", Kind.RANGE, 4, 16, 16, FlowKey.PORTS, "number or range `N-M`"),
    TOS("tos", "ip_tos", Kind.NUMBER, 2, 56, 8, FlowKey.IP, "TOS or traffic class, ECN included"),
    DSCP("dscp", "", Kind.NUMBER, 2, 58, 6, FlowKey.IP, "the upper six bits of TOS"),
    ICMP_TYPE("icmpType", "type", Kind.NUMBER, 3, 48, 8, FlowKey.ICMP, "type of ICMP or ICMPv6"),
    TCP_FLAGS(
            "tcpFlags",
            "tcp_flags",
            Kind.TCP_FLAGS,
            4,
            32,
            12,
            FlowKey.TCP,
            "flags set, and with `!` clear, as in `syn,!ack`, or `VALUE/MASK`"),
    CT_STATE(
            "ctState",
            "ct_state",
            Kind.CT_STATE,
            0,
            24,
            8,
            FlowKey.TRACKED,
            "any of `new`, `established`, `related`, `invalid`"),
    DIRECTION("direction", "", Kind.DIRECTION, 0, 16, 8, 0, "`in`, `out` or `sibling`");

    /** What values look like. */
    enum Kind {
        PLACE,
        NUMBER,
        NETWORK,
        MAC,
        ETHER_TYPE,
        PROTOCOL,
        RANGE,
        TCP_FLAGS,
        ENC_FLAGS,
        CT_STATE,
        DIRECTION
    }

    private final String word;
    private final String flower;
    private final String help;
    final Kind kind;
    final int place;
    final int shift;
    final int width;
    final int present;

    /**
     * @param place word of the key; of a network the first of two
     * @param present what a frame must have for the field to mean anything
     */
    MatchField(
            String word,
            String flower,
            Kind kind,
            int place,
            int shift,
            int width,
            int present,
            String help) {
        this.word = word;
        this.flower = flower;
        this.help = help;
        this.kind = kind;
        this.place = place;
        this.shift = shift;
        this.width = width;
        this.present = present;
    }

    /** The key of the field in documents. */
    public String word() {
        return word;
    }

    /** A clause that says what the field is. */
    public String help() {
        return help;
    }

    /** Whether only frames of a tunnel have it. */
    public boolean isOfTunnels() {
        return this == TUNNEL || this == VNI || this == GBP || word.startsWith("enc");
    }

    /** Whether only frames of tracked connections have it. */
    public boolean isOfConnections() {
        return this == CT_STATE || this == DIRECTION;
    }

    /** The highest value of a number. */
    long most() {
        return -1L >>> (Long.SIZE - width);
    }

    /** The field that a word of a document, of flower, or {@code ""} names. */
    public static Optional<MatchField> of(String word) {
        for (MatchField field : values()) {
            if (field.word.equals(word) || (!field.flower.isEmpty() && field.flower.equals(word))) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }
}
