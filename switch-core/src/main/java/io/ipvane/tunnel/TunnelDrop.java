// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/**
 * Drops at a tunnel: what came out of it and is not right, and what cannot go into it. Counted at
 * the tunnel. The kernel counts few of them (spec F18).
 */
public enum TunnelDrop implements DropReason {
    VXLAN_SHORT("outer or inner headers are cut off, or lengths contradict each other"),
    VXLAN_CSUM("the outer IP or UDP checksum is wrong, or none where there has to be one"),
    VXLAN_FLAGS("a VXLAN header without network identifier"),
    VXLAN_RESERVED("a VXLAN header with reserved bits set"),
    VXLAN_FRAGMENT("the outer packet is a fragment, or holds several packets"),
    VXLAN_LOOP("what this switch had sent itself came back"),
    VXLAN_MARTIAN("an outer source that no host can have"),
    VXLAN_FORGED("a port sent VXLAN to an end of a tunnel"),
    VXLAN_ECN("the underlay marked congestion on a packet that cannot tell of it"),
    PEER_NOT_ALLOWED("the tunnel does not take packets from this peer"),
    VNI_UNKNOWN("a network identifier that is not configured here"),
    SPLIT_HORIZON("came from a remote and would go to a remote"),
    UNKNOWN_UNICAST("nobody has the destination, and the VNI does not flood"),
    TX_NO_METADATA("nothing says which remote the frame is for"),
    MD_NOT_TX("what a tunnel said of a received frame does not say where to send it"),
    TX_TOO_BIG("longer than fits into the underlay with the outer headers");

    private final int number = DropReasons.add(this);
    private final String sentence;

    TunnelDrop(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
