// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;

/**
 * What rules may ask of one frame: {@value #WORDS} words of native memory, in host order. Addresses
 * are laid out like {@link io.ipvane.burst.Row#key0(long)}. A field that the frame does not have
 * holds 0, and its bit of {@link #PRESENT} is clear, so that a rule about it does not match.
 *
 * <pre>
 * word  63 ............................................................... 0
 *  0    tunnel 16 | ingress 16 | ctState 8 | direction 8 | present 16
 *  1    vlan 16   | etherType 16 | domain 32
 *  2    tos 8     | protocol 8   | dstMac 48
 *  3    icmpCode 8| icmpType 8   | srcMac 48
 *  4    zero 16   | tcpFlags 16  | dstPort 16 | srcPort 16
 *  5, 6 src       7, 8 dst
 *  9    class of dstPort 16 | of srcPort 16 | of dst 16 | of src 16
 * 10    encTtl 8  | encTos 8     | encDstPort 16 | encKeyId 32
 * 11    zero 16   | encFlags 16  | gbp 32
 * 12,13 encSrc    14,15 encDst
 * </pre>
 *
 * <p>The classes of word 9 are not of the frame: a {@link Classifier} that has ranges or sets
 * writes them.
 */
@HotPath
public final class FlowKey {
    /** Words of a key. */
    public static final int WORDS = 16;

    /** Bytes of a key. */
    public static final int BYTES = WORDS * Long.BYTES;

    /** The bits of word 0 that say what the frame has. */
    static final long PRESENT = 0xFFFF;

    static final int ETHERNET = 1;
    static final int VLAN = 1 << 1;
    static final int IPV4 = 1 << 2;
    static final int IPV6 = 1 << 3;
    static final int IP = 1 << 4;
    static final int PORTS = 1 << 5;
    static final int TCP = 1 << 6;
    static final int ICMP = 1 << 7;
    static final int TUNNEL = 1 << 8;
    static final int ENC_IPV4 = 1 << 9;
    static final int ENC_IPV6 = 1 << 10;
    static final int TRACKED = 1 << 11;

    static final int SRC = 5;
    static final int DST = 7;
    static final int CLASSES = 9;
    static final int ENC_SRC = 12;
    static final int ENC_DST = 14;

    private FlowKey() {}

    /** Forgets everything. */
    public static void clear(long key) {
        Memory.zero(key, BYTES);
    }

    static long word(long key, int word) {
        return Memory.i64(key + word * 8L);
    }

    static void word(long key, int word, long value) {
        Memory.put64(key + word * 8L, value);
    }
}
