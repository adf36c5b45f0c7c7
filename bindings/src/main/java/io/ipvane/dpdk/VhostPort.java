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
 * A vhost-user socket and the virtio rings of whoever is connected to it: DPDK's vhost library
 * speaks the protocol, frames go by the shim's own code.
 *
 * <p>Each rx queue belongs to one lcore, each tx queue to one lcore; {@link #receive} and {@link
 * #transmit} are the two calls a burst that they make. They neither allocate on the heap nor throw
 * nor wait for the library's own thread. Counters may be read by any thread; everything else is for
 * the control plane, one thread at a time.
 *
 * <p>A peer is not trusted: {@code native/vhost.c} says what is done about which harm.
 */
public final class VhostPort implements PeerPort {
    /** Rings in one direction, and lcores that may transmit. */
    public static final int MAX_QUEUES = PeerLanes.MAX;

    private static final MethodHandle OPEN =
            NativeLibrary.call(
                    "ipvane_vhost_open",
                    JAVA_INT,
                    POINTER,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    POINTER,
                    POINTER,
                    POINTER,
                    JAVA_INT);
    private static final MethodHandle CLOSE =
            NativeLibrary.call("ipvane_vhost_close", null, POINTER);
    private static final MethodHandle RESET =
            NativeLibrary.call("ipvane_vhost_reset", JAVA_INT, POINTER, POINTER, JAVA_INT);
    private static final MethodHandle UP = NativeLibrary.call("ipvane_vhost_up", JAVA_INT, POINTER);
    private static final MethodHandle CHECK =
            NativeLibrary.call("ipvane_vhost_check", JAVA_INT, POINTER);
    private static final MethodHandle RX =
            NativeLibrary.call(
                    "ipvane_vhost_rx", JAVA_LONG, POINTER, JAVA_SHORT, POINTER, JAVA_SHORT);
    private static final MethodHandle TRANSMIT =
            NativeLibrary.call(
                    "ipvane_vhost_tx", JAVA_CHAR, POINTER, JAVA_SHORT, POINTER, JAVA_SHORT);

    /** What {@link #check} finds. */
    public enum Health {
        /** Nothing to complain of. */
        SOUND,

        /**
         * A ring holds what cannot be: descriptors that point nowhere or in a loop, frames longer
         * than any.
         */
        RING_BROKEN,

        /** The peer has made the memory shorter that it shares. */
        MEMORY_GONE,

        /** The peer came and went so often that it is not looked for any more. */
        GIVEN_UP,

        /** The peer has said what no peer says, or came too often: it is disconnected already. */
        REFUSED,

        /**
         * The peer kept an lcore for longer than its frames are worth, for example by an eventfd
         * that too many watch. Nobody is let in for a while after the next {@link #reset}.
         */
        LCORE_HELD_UP
    }

    private final String path;
    private final PeerLanes lanes;
    private final long address;

    private VhostPort(String path, int rxQueues, int txQueues, long address) {
        this.path = path;
        this.lanes = new PeerLanes(address, rxQueues, txQueues);
        this.address = address;
    }

    /**
     * Opens a socket.
     *
     * @param path of at most 107 bytes
     * @param client whether the other side listens; it is looked for every second until it does,
     *     and again when it has gone. Otherwise nothing may be at the path
     * @param mergeable whether the peer may offer buffers shorter than a frame, and several for one
     * @param rxQueues pairs of rings that the peer may have, 1 to {@value #MAX_QUEUES}
     * @param txQueues lcores that transmit, 1 to {@value #MAX_QUEUES}; their frames go to the
     *     peer's rings by their flows, whatever their number
     * @param pool for received frames; must live longer
     * @throws DpdkException with a sentence where the library refuses it
     */
    public static VhostPort open(
            String path,
            boolean client,
            boolean mergeable,
            int rxQueues,
            int txQueues,
            Mempool pool) {
        Eal.requireRunning("socket '" + path + "'");
        try (Arena arena = Arena.ofConfined();
                Reason why = new Reason()) {
            final long cPath = NativeLibrary.cString(arena, path);
            final long result = arena.allocate(JAVA_LONG).address();
            final int failed =
                    Shim.asInt(
                            () ->
                                    (int)
                                            OPEN.invokeExact(
                                                    cPath,
                                                    client ? 1 : 0,
                                                    mergeable ? 1 : 0,
                                                    rxQueues,
                                                    txQueues,
                                                    pool.address(),
                                                    result,
                                                    why.address(),
                                                    Reason.SIZE));
            refuse(path, failed, why);
            return new VhostPort(path, rxQueues, txQueues, Memory.i64(result));
        }
    }

    private static void refuse(String path, int failed, Reason why) {
        if (failed < 0) {
            throw new DpdkException(
                    "socket '"
                            + path
                            + "': the vhost library does not take it: "
                            + why.after(failed)
                            + "; choose another path, or close sockets of other ports");
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

    /** To be asked about once a second. */
    public Health check() {
        return Health.values()[Shim.asInt(() -> (int) CHECK.invokeExact(address))];
    }

    /**
     * Ends the connection, and starts anew with the next one; a socket of ours is another file
     * afterwards.
     *
     * @throws DpdkException with a sentence where that is refused
     */
    public void reset() {
        try (Reason why = new Reason()) {
            refuse(
                    path,
                    Shim.asInt(() -> (int) RESET.invokeExact(address, why.address(), Reason.SIZE)),
                    why);
        }
    }

    /** Frames received and dropped since they contradict their headers for offloads. */
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

    /** Ends the connection and takes the socket away; lcores no longer use it. */
    @Override
    public void close() {
        try {
            CLOSE.invokeExact(address);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }
}
