// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import java.util.Locale;

/**
 * Why a frame went nowhere: one list for metrics, command line, captures and code. Added to, never
 * renamed; the number of a reason is its place in a counter row.
 */
public enum DropReason {
    PRIVATE("the port is private and the destination is a sibling"),
    VEPA_SIBLING("VEPA: a sibling may be reached by the wire only"),
    L3_MCAST("group frame in mode l3 or l3s, which carry unicast only"),
    L3_NONIP("neither IPv4 nor IPv6 in mode l3 or l3s"),
    IP_MALFORMED("the IP header contradicts itself or is a martian"),
    HEADERS_SPLIT("headers spread over segments and could not be gathered"),
    TRUNCATED("shorter than its own header says"),
    MTU("longer than the receiver's MTU"),
    STRICT_MAC("unicast to a MAC address that is not the uplink's"),
    ANTISPOOF("source address that the port does not own"),
    VLAN_UNKNOWN("VLAN tag that no uplink here carries"),
    PAUSE("802.3x PAUSE, which never crosses a switch"),
    NO_PORT("the destination port is gone"),
    NO_ROUTE("no route to the destination"),
    ROUTE_BLACKHOLE("the route to the destination says blackhole"),
    NEIGH_FAIL("the next hop did not answer ARP or ND"),
    NEIGH_QUEUE_FULL("too many frames wait for the next hop to answer"),
    RING_FULL("the queue of the receiver is full"),
    MCAST_RING_FULL("the queue of one receiver of a group frame is full"),
    DEV_DOWN("the receiver is down"),
    FILTER_IN("refused by an ingress filter"),
    FILTER_OUT("refused by an egress filter"),
    FILTER_SIBLING("refused by a sibling filter"),
    POLICED("over the rate allowed"),
    CT_INVALID("connection tracking: belongs to no connection and may not open one"),
    CT_TABLE_FULL("connection tracking: table full"),
    FRAG_TIMEOUT("a fragment of the datagram never came"),
    TX_NO_METADATA("tunnel device without tunnel metadata"),
    MD_NOT_TX("tunnel metadata is not for transmission"),
    VNI_UNKNOWN("no tunnel with this VNI"),
    VXLAN_FLAGS("VXLAN: the VNI flag is clear"),
    VXLAN_RESERVED("VXLAN: reserved bits are set"),
    VXLAN_SHORT("VXLAN: shorter than its headers"),
    VXLAN_CSUM("VXLAN: outer UDP checksum is wrong or missing"),
    VXLAN_LOOP("VXLAN: inner frame comes from ourselves"),
    VXLAN_ECN("VXLAN: ECN of outer and inner header contradict"),
    TX_TOO_BIG("does not fit the tunnel's MTU"),
    PEER_NOT_ALLOWED("tunnel peer is not on the list"),
    CAPTURE_RING_FULL("a capture could not keep up"),
    STAGE_ERROR("a defect in the switch: an exception in a stage"),
    OFFLOAD_INVALID("asks for a checksum or segments that do not fit its headers"),
    ROUTE_UNREACHABLE("the route to the destination says unreachable"),
    ROUTE_PROHIBIT("the route to the destination says prohibit"),
    NO_ANSWER("an ARP or ND question that any answer of the switch to would be wrong"),
    POOL_EMPTY("no frame was free for the answer to a question, or for fragments");

    private static final DropReason[] ALL = values();

    /** How many reasons there are. */
    public static final int COUNT = ALL.length;

    private final String sentence;

    DropReason(String sentence) {
        this.sentence = sentence;
    }

    /** The name in metrics, JSON and on the command line, for example {@code ring_full}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One sentence for a reader. */
    public String sentence() {
        return sentence;
    }

    /** The reason whose {@link #ordinal()} this is; never allocates. */
    public static DropReason of(int ordinal) {
        return ALL[ordinal];
    }
}
