// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import io.ipvane.packet.InternetChecksum;

/**
 * Sums over the payload of an outer UDP header, where an inner checksum may be unfinished: a sender
 * on this machine may have left it to the device.
 *
 * <p>Once it is finished, an inner checksum makes the sum over all that it covers, itself included,
 * the inverse of the pseudo header's sum, and that is what an unfinished field holds. So the sum of
 * what will be there is known without the payload, and needs no wait for the device (the kernel
 * calls this local checksum offload).
 */
@HotPath
final class OuterChecksum {
    private OuterChecksum() {}

    /**
     * The one's complement sum of a frame from byte {@code from} to its end, as it will be when all
     * inner checksums are finished.
     *
     * @param from a multiple of two before any unfinished inner checksum
     */
    static long sum(long mbuf, int from, FramePool pool) {
        final int unfinished = pool.unfinishedFrom(mbuf);
        if (unfinished < 0) {
            return pool.sum(mbuf, from);
        }
        final int field = pool.unfinishedField(mbuf);
        if (field + 2 > pool.contiguous(mbuf)) {
            pool.finishChecksum(mbuf);
            return pool.sum(mbuf, from);
        }
        final long data = pool.data(mbuf);
        return InternetChecksum.sum(data + from, unfinished - from)
                + (~Memory.u16be(data + field) & 0xFFFF);
    }

    /** The sum of the addresses of an IP header: half of the pseudo header. */
    static long addresses(long ip, boolean ipv4) {
        return ipv4 ? InternetChecksum.sum(ip + 12, 8) : InternetChecksum.sum(ip + 8, 32);
    }
}
