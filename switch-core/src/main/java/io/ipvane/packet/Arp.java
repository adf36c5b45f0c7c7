// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;

/**
 * One ARP packet for IPv4 over Ethernet in native memory; {@code arp} is the address of its first
 * byte. The caller has checked the length.
 *
 * <pre>
 *  0         2         4    5    6          8             14        18            24        28
 * +---------+---------+----+----+----------+-------------+---------+-------------+---------+
 * | htype 1 | ptype   | 6  | 4  | operation| sender MAC  |sender IP| target MAC  |target IP|
 * +---------+---------+----+----+----------+-------------+---------+-------------+---------+   RFC 826
 * </pre>
 */
public final class Arp {
    /** Bytes of a packet. */
    public static final int LENGTH = 28;

    /** Operation: who has the target address? */
    public static final int REQUEST = 1;

    /** Operation: the sender has the sender address. */
    public static final int REPLY = 2;

    static final int OPERATION_OFFSET = 6;
    static final int SENDER_MAC_OFFSET = 8;
    static final int SENDER_OFFSET = 14;
    static final int TARGET_MAC_OFFSET = 18;
    static final int TARGET_OFFSET = 24;

    /** Hardware type 1, protocol type 0x0800, lengths 6 and 4: the first 48 bits. */
    private static final long ETHERNET_IPV4 = 0x0001_0800_0604L;

    private Arp() {}

    /**
     * Whether types and lengths are those of IPv4 over Ethernet: only then the rest has meaning.
     */
    public static boolean isEthernetIpv4(long arp) {
        return Memory.i64be(arp) >>> 16 == ETHERNET_IPV4;
    }

    /** {@link #REQUEST}, {@link #REPLY} or something rarer. */
    public static int operation(long arp) {
        return Memory.u16be(arp + OPERATION_OFFSET);
    }

    /** Sender hardware address. */
    public static long senderMac(long arp) {
        return Memory.mac(arp + SENDER_MAC_OFFSET);
    }

    /** Sender protocol address, host order; 0 in a probe (RFC 5227). */
    public static int sender(long arp) {
        return Memory.i32be(arp + SENDER_OFFSET);
    }

    /** Target hardware address; of no meaning in a request. */
    public static long targetMac(long arp) {
        return Memory.mac(arp + TARGET_MAC_OFFSET);
    }

    /** Target protocol address, host order. */
    public static int target(long arp) {
        return Memory.i32be(arp + TARGET_OFFSET);
    }

    /** Replaces the sender hardware address. */
    public static void putSenderMac(long arp, long mac) {
        Memory.putMac(arp + SENDER_MAC_OFFSET, mac);
    }

    /** Replaces the target hardware address. */
    public static void putTargetMac(long arp, long mac) {
        Memory.putMac(arp + TARGET_MAC_OFFSET, mac);
    }

    /** Writes all {@value #LENGTH} bytes; IPv4 addresses in host order. */
    public static void write(
            long arp, int operation, long senderMac, int sender, long targetMac, int target) {
        Memory.put64be(arp, ETHERNET_IPV4 << 16 | (operation & 0xFFFF));
        Memory.putMac(arp + SENDER_MAC_OFFSET, senderMac);
        Memory.put32be(arp + SENDER_OFFSET, sender);
        Memory.putMac(arp + TARGET_MAC_OFFSET, targetMac);
        Memory.put32be(arp + TARGET_OFFSET, target);
    }
}
