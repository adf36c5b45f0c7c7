// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/** What the rules of ipvlan forbid. */
public enum IpvlanDrop implements DropReason {
    PRIVATE("the port is private and the destination is a sibling"),
    L3_MCAST("group frame in mode l3 or l3s, which carry unicast only"),
    L3_NONIP("neither IPv4 nor IPv6 in mode l3 or l3s"),
    STRICT_MAC("unicast to a MAC address that is not the uplink's"),
    ANTISPOOF("source address that the port does not own");

    private final int number = DropReasons.add(this);
    private final String sentence;

    IpvlanDrop(String sentence) {
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
