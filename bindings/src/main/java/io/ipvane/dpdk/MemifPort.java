// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_CHAR;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;

/**
 * A port for a program that shares its memory by memif, with the rings of whoever is attached.
 *
 * <p>Each rx queue belongs to one lcore, each tx queue to one lcore; {@link #receive} and {@link
 * #transmit} are the two calls a burst that they make, and neither allocate on the heap nor throw.
 * {@link #attach} and {@link #detach} belong to one thread. Counters may be read by any thread.
 *
 * <p>A peer is not trusted: {@code native/memif.h} says how.
 */
public final class MemifPort implements PeerPort {
    /** Rings in one direction, and lcores that may transmit. */
    public static final int MAX_QUEUES = PeerLanes.MAX;

    private static final MethodHandle OPEN =
            NativeLibrary.call("ipvane_memif_open", JAVA_INT, JAVA_INT, JAVA_INT, POINTER, POINTER);
    private static final MethodHandle ATTACH =
            NativeLibrary.call("ipvane_memif_attach", null, POINTER, POINTER);
    private static final MethodHandle DETACH =
            NativeLibrary.call("ipvane_memif_detach", null, POINTER);
    private static final MethodHandle CLOSE =
            NativeLibrary.call("ipvane_memif_close", null, POINTER);
    private static final MethodHandle UP = NativeLibrary.call("ipvane_memif_up", JAVA_INT, POINTER);
    private static final MethodHandle CHECK =
            NativeLibrary.call("ipvane_memif_check", JAVA_INT, POINTER);
    private static final MethodHandle RX =
            NativeLibrary.call(
                    "ipvane_memif_rx", JAVA_LONG, POINTER, JAVA_SHORT, POINTER, JAVA_SHORT);
    private static final MethodHandle TRANSMIT =
            NativeLibrary.call(
                    "ipvane_memif_tx", JAVA_CHAR, POINTER, JAVA_SHORT, POINTER, JAVA_SHORT);

    /** What {@link #check} finds. */
    public enum Health {
        /** Nothing to complain of. */
        SOUND,

        /** A ring or descriptor says what cannot be. */
        RING_BROKEN,

        /** The peer has made the memory shorter that it shares. */
        MEMORY_GONE,

        /** The peer kept an lcore for longer than its frames are worth. */
        LCORE_HELD_UP
    }

    private final PeerLanes lanes;
    private final long address;

    private MemifPort(int rxQueues, int txQueues, long address) {
        this.lanes = new PeerLanes(address, rxQueues, txQueues);
        this.address = address;
    }

    /**
     * Opens a port to which nobody is attached.
     *
     * @param rxQueues rings that are received from, 1 to {@value #MAX_QUEUES}
     * @param txQueues lcores that transmit, 1 to {@value #MAX_QUEUES}; their frames go to the
     *     peer's rings by their flows, whatever their number
     * @param pool for received frames; must live longer
     * @throws DpdkException where there is no memory
     */
    public static MemifPort open(int rxQueues, int txQueues, Mempool pool) {
        try (Arena arena = Arena.ofConfined()) {
            final long result = arena.allocate(JAVA_LONG).address();
            final int failed =
                    Shim.asInt(
                            () ->
                                    (int)
                                            OPEN.invokeExact(
                                                    rxQueues, txQueues, pool.address(), result));
            if (failed < 0) {
                throw new DpdkException(
                        "a memif port with queues="
                                + rxQueues
                                + " cannot be opened: "
                                + Reason.strerror(-failed)
                                + "; give 1 to "
                                + MAX_QUEUES);
            }
            return new MemifPort(rxQueues, txQueues, Memory.i64(result));
        }
    }

    /** Gives lcores the rings of a peer, which the port then owns. Nobody may be attached. */
    public void attach(MemifLink link) {
        try {
            ATTACH.invokeExact(address, link.release());
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /** Takes the rings from the lcores, waits until none uses them, and unmaps them. */
    public void detach() {
        try {
            DETACH.invokeExact(address);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    @Override
    public int rxQueues() {
        return lanes.rxQueues();
    }

    @Override
    public int txQueues() {
        return lanes.txQueues();
    }

    @Override
    public long receive(int queue, long rows, int max) {
        try {
            return (long) RX.invokeExact(address, (short) queue, rows, (short) max);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    @Override
    public int transmit(int queue, long mbufs, int count) {
        try {
            return (char) TRANSMIT.invokeExact(address, (short) queue, mbufs, (short) count);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    @Override
    public boolean isUp() {
        return Shim.asInt(() -> (int) UP.invokeExact(address)) == 1;
    }

    /** To be asked about once a second, by the thread that detaches. */
    public Health check() {
        return Health.values()[Shim.asInt(() -> (int) CHECK.invokeExact(address))];
    }

    /** Frames received and dropped: shorter than an Ethernet header, or longer than any frame. */
    @Override
    public long receiveInvalid() {
        return lanes.receiveInvalid();
    }

    @Override
    public long droppedDown() {
        return lanes.droppedDown();
    }

    @Override
    public long droppedFull() {
        return lanes.droppedFull();
    }

    /** Lcores no longer use it, and nobody is attached. */
    @Override
    public void close() {
        try {
            CLOSE.invokeExact(address);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }
}
