// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.memory.Memory;
import io.ipvane.packet.Arp;
import io.ipvane.packet.Ethernet;
import io.ipvane.packet.MacAddress;

/**
 * Writes whole ARP frames into native memory. Each is {@value #LENGTH} bytes, the shortest that
 * Ethernet allows, since not every device pads. IPv4 addresses are host-order ints; any thread.
 */
public final class ArpFrames {
    /** Bytes of a frame, without checksum. */
    public static final int LENGTH = 60;

    /** Where the last 18 bytes begin, which say nothing. */
    private static final int PADDING = Ethernet.LENGTH + Arp.LENGTH;

    private ArpFrames() {}

    /**
     * Asks who has {@code target}.
     *
     * @param destination {@link MacAddress#BROADCAST}, or one station that is asked to confirm
     * @param sender our address, or 0 for a probe, which leaves no trace in caches (RFC 5227)
     */
    public static void request(long frame, long destination, long ownMac, int sender, int target) {
        write(frame, destination, Arp.REQUEST, ownMac, sender, 0, target);
    }

    /** Tells {@code askerMac}, whose address is {@code asker}, that {@code owner} is ours. */
    public static void reply(long frame, long askerMac, int asker, long ownMac, int owner) {
        write(frame, askerMac, Arp.REPLY, ownMac, owner, askerMac, asker);
    }

    /** Tells everybody that {@code address} is ours now: an announcement (RFC 5227, 2.3). */
    public static void announcement(long frame, long ownMac, int address) {
        write(frame, MacAddress.BROADCAST, Arp.REQUEST, ownMac, address, 0, address);
    }

    private static void write(
            long frame,
            long destination,
            int operation,
            long ownMac,
            int sender,
            long targetMac,
            int target) {
        Ethernet.write(frame, destination, ownMac, Ethernet.TYPE_ARP);
        Arp.write(frame + Ethernet.LENGTH, operation, ownMac, sender, targetMac, target);
        Memory.put64(frame + PADDING, 0);
        Memory.put64(frame + PADDING + 8, 0);
        Memory.put16(frame + PADDING + 16, 0);
    }
}
