// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

/**
 * Sizes of the rings that af_packet shares with the kernel, so that no frame of the interface's MTU
 * is cut. The kernel puts a received frame {@value #RX_OFFSET} bytes into its slot and silently
 * cuts what is left over; the driver copies a slot into one mbuf, and wants the mbuf to hold it.
 *
 * <p>The driver finds slot i at {@code i * frameSize}, so blocks may have no gap at their end: four
 * slots of a multiple of 1,024 bytes are whole pages.
 *
 * <p>Source: Linux {@code tpacket_rcv()}, DPDK {@code rte_eth_af_packet.c} 22.11.
 *
 * @param frameSize bytes of a slot
 * @param frames slots of each ring of each queue
 */
record PacketRing(int frameSize, int frames) {
    private static final int RX_OFFSET = 66;
    private static final int TX_OFFSET = 32;

    /** Ethernet header, and the one VLAN tag that the kernel leaves in a doubly tagged frame. */
    private static final int L2_BYTES = 14 + 4;

    private static final int STEP = 1024;
    private static final int FRAMES_PER_BLOCK = 4;

    static PacketRing of(int mtu, int frames) {
        final int slot = RX_OFFSET + L2_BYTES + mtu;
        return new PacketRing(
                Math.max(2, (slot + STEP - 1) / STEP) * STEP,
                (frames + FRAMES_PER_BLOCK - 1) / FRAMES_PER_BLOCK * FRAMES_PER_BLOCK);
    }

    int blockSize() {
        return frameSize * FRAMES_PER_BLOCK;
    }

    /** Largest MTU whose frames fit a slot. */
    int maxMtu() {
        return frameSize - RX_OFFSET - L2_BYTES;
    }

    /** Bytes that the driver wants an mbuf to hold. */
    int dataRoom() {
        return frameSize - TX_OFFSET;
    }
}
