// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;

/**
 * The memory and rings that a memif peer and we share: described by the peer where it is the
 * client, made by us where we are. Nothing is believed: {@code native/memif_link.c} checks each
 * region and ring. One thread, until a {@link MemifPort} has it.
 */
public final class MemifLink implements AutoCloseable {
    /** Regions that a peer may have. */
    public static final int MAX_REGIONS = 64;

    /** Logarithm of the most descriptors that a ring may have. */
    public static final int MAX_LOG2_RING = 14;

    private static final MethodHandle NEW =
            NativeLibrary.call("ipvane_memif_link_new", JAVA_INT, POINTER);
    private static final MethodHandle OFFER =
            NativeLibrary.call("ipvane_memif_link_offer", JAVA_INT, POINTER, JAVA_INT, JAVA_INT);
    private static final MethodHandle REGION =
            NativeLibrary.call("ipvane_memif_link_region", JAVA_INT, POINTER, JAVA_INT, JAVA_LONG);
    private static final MethodHandle RING =
            NativeLibrary.call(
                    "ipvane_memif_link_ring",
                    JAVA_INT,
                    POINTER,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT);
    private static final MethodHandle FD =
            NativeLibrary.call("ipvane_memif_link_fd", JAVA_INT, POINTER);
    private static final MethodHandle SIZE =
            NativeLibrary.call("ipvane_memif_link_size", JAVA_LONG, POINTER);
    private static final MethodHandle RING_OFFSET =
            NativeLibrary.call(
                    "ipvane_memif_link_ring_offset", JAVA_INT, POINTER, JAVA_INT, JAVA_INT);
    private static final MethodHandle RING_EVENT =
            NativeLibrary.call(
                    "ipvane_memif_link_ring_event", JAVA_INT, POINTER, JAVA_INT, JAVA_INT);
    private static final MethodHandle FREE =
            NativeLibrary.call("ipvane_memif_link_free", null, POINTER);

    private long address;

    private MemifLink(long address) {
        this.address = address;
    }

    /** One that a client is about to describe. */
    public static MemifLink described() {
        try (Arena arena = Arena.ofConfined()) {
            final long result = arena.allocate(JAVA_LONG).address();
            check(Shim.asInt(() -> (int) NEW.invokeExact(result)), "no memory for a link");
            return new MemifLink(Memory.i64(result));
        }
    }

    /**
     * One of our own, as a client.
     *
     * @param rings in each direction
     * @param log2 logarithm of their descriptors, each with a buffer of 2 KiB
     * @throws DpdkException where there is no memory for it
     */
    public static MemifLink offered(int rings, int log2) {
        final MemifLink link = described();
        final int failed = Shim.asInt(() -> (int) OFFER.invokeExact(link.address, rings, log2));
        if (failed < 0) {
            link.close();
            check(failed, "no memory for " + rings + " rings of 2^" + log2 + " descriptors");
        }
        return link;
    }

    /**
     * Adds the next region of the peer's.
     *
     * @param descriptor of its file, which is closed in any case
     * @throws DpdkException where it is not to be used
     */
    public void addRegion(int descriptor, long size) {
        check(
                Shim.asInt(() -> (int) REGION.invokeExact(address, descriptor, size)),
                "a region of " + size + " bytes cannot be used");
    }

    /**
     * Adds the peer's next ring of a direction.
     *
     * @param toPeer whether the peer receives by it
     * @param offset of the ring in its region
     * @param log2 logarithm of its descriptors
     * @param descriptor by which its other side is notified, which is closed or kept
     * @throws DpdkException where it is not to be used
     */
    public void addRing(boolean toPeer, int region, long offset, int log2, int descriptor) {
        check(
                Shim.asInt(
                        () ->
                                (int)
                                        RING.invokeExact(
                                                address,
                                                toPeer ? 1 : 0,
                                                region,
                                                (int) offset,
                                                log2,
                                                descriptor)),
                "a ring of 2^"
                        + log2
                        + " descriptors at "
                        + offset
                        + " of region "
                        + region
                        + " cannot be used");
    }

    /** Descriptor of the memory that we offer, as region 0; stays the link's. */
    public int descriptor() {
        return Shim.asInt(() -> (int) FD.invokeExact(address));
    }

    /** Bytes of the memory that we offer. */
    public long size() {
        try {
            return (long) SIZE.invokeExact(address);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /** Where in region 0 a ring of ours is. */
    public long ringOffset(boolean toPeer, int index) {
        return Integer.toUnsignedLong(
                Shim.asInt(() -> (int) RING_OFFSET.invokeExact(address, toPeer ? 1 : 0, index)));
    }

    /** Descriptor by which the other side of a ring of ours is notified; stays the link's. */
    public int ringEvent(boolean toPeer, int index) {
        return Shim.asInt(() -> (int) RING_EVENT.invokeExact(address, toPeer ? 1 : 0, index));
    }

    /** The shim's structure, which is no longer ours. */
    long release() {
        final long released = address;
        address = 0;
        return released;
    }

    private static void check(int result, String what) {
        if (result < 0) {
            throw new DpdkException(what + ": " + Reason.strerror(-result));
        }
    }

    /** Ends a link; nothing where a port has it. */
    @Override
    public void close() {
        if (address == 0) {
            return;
        }
        try {
            FREE.invokeExact(release());
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }
}
