// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.dpdk.DpdkException;
import io.ipvane.dpdk.Mempool;
import io.ipvane.linux.FreeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pools that frames are in: one for all devices, one for what is long, and those of drivers
 * that put a frame into one segment, however long it is. Used by the thread that changes the
 * switch.
 */
final class FramePools implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FramePools.class);

    /** Segments of a pool of a driver: its rings, for each queue, and what is on the way. */
    private static final int RINGS_OF_QUEUE = 2_048;

    private static final int ON_THE_WAY = 2_047;

    private final Mempool frames;
    private final Mempool large;

    /** Kept until the end: when a device has gone, frames of it may be on the way yet. */
    private final List<Mempool> roomy = new ArrayList<>();

    private FramePools(Mempool frames, Mempool large) {
        this.frames = frames;
        this.large = large;
    }

    /**
     * Makes the pools of all devices, and says what memory they take and why.
     *
     * @param hugepages whether their memory was set apart before
     * @throws DpdkException where it cannot be had
     */
    static FramePools make(PoolSizes sizes, boolean hugepages) {
        if (!hugepages) {
            refuseMoreThanThereIs(sizes, FreeMemory.bytes());
        }
        final Mempool frames = Mempool.create("frames", sizes.frames(), Mempool.DEFAULT_DATA_ROOM);
        final Mempool large;
        try {
            large = Mempool.create("large", sizes.large(), Mempool.MAX_DATA_ROOM);
        } catch (DpdkException e) {
            frames.close();
            throw e;
        }
        LOG.info(
                "event=frame_pools megabytes={} frames={} frame_bytes={} large={} large_bytes={}"
                        + " mtu={} uplink={} computed=\"{} and {} for each further {} bytes of a frame\"",
                sizes.megabytes(),
                sizes.frames(),
                Mempool.DEFAULT_DATA_ROOM,
                sizes.large(),
                Mempool.MAX_DATA_ROOM,
                sizes.mtu(),
                sizes.uplink(),
                PoolSizes.LEAST,
                PoolSizes.LONG_FRAMES,
                Mempool.DEFAULT_DATA_ROOM);
        return new FramePools(frames, large);
    }

    /** Plain memory is taken when it is used, and the kernel ends who takes more than there is. */
    static void refuseMoreThanThereIs(PoolSizes sizes, OptionalLong free) {
        final long megabytes = free.orElse(Long.MAX_VALUE) >> 20;
        if (sizes.megabytes() > megabytes) {
            throw new DpdkException(
                    "the frame pools take %d MB for mtu=%d of uplink '%s' (%d segments of %d bytes), and %d MB of memory are free; lower that mtu, or give the switch more memory"
                            .formatted(
                                    sizes.megabytes(),
                                    sizes.mtu(),
                                    sizes.uplink(),
                                    sizes.frames(),
                                    Mempool.DEFAULT_DATA_ROOM,
                                    megabytes));
        }
    }

    /** The pool of all devices. */
    Mempool frames() {
        return frames;
    }

    /** For what does not fit one segment of that. */
    Mempool large() {
        return large;
    }

    /**
     * A pool whose segments hold so many bytes at least: that of all devices where it does.
     *
     * @param uplink whose device it is for
     * @param queues of the device
     * @throws DpdkException where there is no memory for it
     */
    Mempool of(String uplink, int room, int queues) {
        if (room <= frames.dataRoom()) {
            return frames;
        }
        final int count = RINGS_OF_QUEUE * queues + ON_THE_WAY;
        for (Mempool made : roomy) {
            if (made.dataRoom() >= room
                    && made.count() >= count
                    && made.available() == made.count()) {
                return made;
            }
        }
        final String name = "room-" + roomy.size();
        final Mempool made = Mempool.create(name, count, room);
        roomy.add(made);
        LOG.info(
                "event=frame_pool uplink={} megabytes={} frames={} frame_bytes={} computed=\"{} a queue"
                        + " and {}: its driver puts a frame into one segment\"",
                uplink,
                Mempool.megabytes(count, room),
                count,
                room,
                RINGS_OF_QUEUE,
                ON_THE_WAY);
        return made;
    }

    /** Everything that took frames has stopped: all must be back. */
    @Override
    public void close() {
        final int missing = frames.count() - frames.available();
        final int missingLarge = large.count() - large.available();
        final int missingRoomy = roomy.stream().mapToInt(p -> p.count() - p.available()).sum();
        if (missing == 0 && missingLarge == 0 && missingRoomy == 0) {
            LOG.info("event=pool_balanced frames={} large={}", frames.count(), large.count());
        } else {
            LOG.error(
                    "event=pool_leak missing={} of={} missing_large={} of_large={} missing_roomy={}",
                    missing,
                    frames.count(),
                    missingLarge,
                    large.count(),
                    missingRoomy);
        }
        roomy.forEach(Mempool::close);
        large.close();
        frames.close();
    }
}
