// SPDX-License-Identifier: Apache-2.0
package io.ipvane.counters;

/**
 * What is counted for every port, uplink and host port, seen from the switch as OVS and VPP see it:
 * <i>receive</i> is what came in from the port. A frame's bytes are those of the Ethernet frame
 * without its checksum. The ordinal is the column in a counter row; columns behind these are drop
 * reasons.
 */
public enum PortCounter {
    RECEIVE_PACKETS("frames that came in"),
    RECEIVE_BYTES("bytes that came in"),
    TRANSMIT_PACKETS("frames that the device accepted"),
    TRANSMIT_BYTES("bytes that the device accepted"),
    TRANSMIT_GROUP("frames among those transmitted that were copies of a group frame"),
    ERRORS_SENT("frames among those transmitted that were ICMP errors of the switch's own"),
    ERRORS_LIMITED("ICMP errors that were not sent because there were too many"),
    ADDRESSES_REFUSED("addresses that the port said it had and that were not learned");

    /** Column of {@link #RECEIVE_PACKETS}, a constant for the hot path. */
    public static final int RECEIVE_PACKETS_COLUMN = 0;

    /** Column of {@link #RECEIVE_BYTES}. */
    public static final int RECEIVE_BYTES_COLUMN = 1;

    /** Column of {@link #TRANSMIT_PACKETS}. */
    public static final int TRANSMIT_PACKETS_COLUMN = 2;

    /** Column of {@link #TRANSMIT_BYTES}. */
    public static final int TRANSMIT_BYTES_COLUMN = 3;

    /** Column of {@link #TRANSMIT_GROUP}. */
    public static final int TRANSMIT_GROUP_COLUMN = 4;

    /** Number of these columns: the first column of a drop reason. */
    public static final int COUNT = values().length;

    private final String sentence;

    PortCounter(String sentence) {
        this.sentence = sentence;
    }

    /** One sentence for a reader. */
    public String sentence() {
        return sentence;
    }
}
