// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;

/**
 * Something that gives and takes frames a burst at a time: a NIC, a TAP, a vhost-user socket, test
 * memory.
 *
 * <p>Each rx queue and each tx queue is used by one lcore. {@link #receive} and {@link #transmit}
 * never block, allocate, log or throw; everything else is for the control plane.
 */
public interface Device extends AutoCloseable {
    /** In place of a descriptor: nothing tells of frames, so the queue has to be asked. */
    int TOLD_BY_NOTHING = -1;

    /** The name in configuration, counters and messages. */
    String name();

    /** Number of rx queues, numbered from 0. */
    int rxQueues();

    /** Number of tx queues, numbered from 0. */
    int txQueues();

    /**
     * Takes up to {@link Burst#MAX} frames: writes {@code size}, {@code bytes} and {@code mbufs} of
     * the burst, what rows have from the device, and nothing else; a device that carries several
     * uplinks writes {@code ingress} too, which all frames of a burst have in common.
     *
     * @return frames taken, 0 where none waited
     */
    int receive(int queue, Burst burst);

    /**
     * A descriptor that tells a {@link io.ipvane.linux.ReadySet} of each frame that comes into an
     * rx queue, for as long as the device is open; or {@link #TOLD_BY_NOTHING}. Control plane.
     */
    default int toldBy(int queue) {
        return TOLD_BY_NOTHING;
    }

    /**
     * Whether the last {@link #receive} of a queue, which gave nothing, has left nothing: {@link
     * #toldBy} tells of all that comes from then on. By whoever receives.
     */
    default boolean isDrained(int queue) {
        return true;
    }

    /**
     * Sends the first frames of an array of mbuf addresses; those accepted belong to the device.
     *
     * @param mbufs address of the array
     * @return frames accepted, 0 to {@code count}; the others still belong to the caller
     */
    int transmit(int queue, long mbufs, int count);

    /** Frames that were accepted and lost all the same, on all queues, since start. Any thread. */
    default long transmitLost() {
        return 0;
    }

    /**
     * Frames that the device dropped itself for a reason: those of {@link #transmitLost}, and what
     * {@link #receive} could not hand on. Since start, any thread.
     */
    default long dropped(DropReason reason) {
        return 0;
    }

    /** What was lost on the way in, before {@link #receive} could take it. Control plane. */
    default ReceiveLosses receiveLosses() {
        return ReceiveLosses.NONE;
    }

    /** The MAC address when it was opened, as {@link io.ipvane.memory.Memory#mac} reads it. */
    long mac();

    /** Largest L3 packet in bytes; a frame adds 14 bytes, and 4 for a VLAN tag. */
    int mtu();

    /** What {@link #mtu} could become by {@link #setMtu}. */
    default int maxMtu() {
        return mtu();
    }

    /**
     * Changes {@link #mtu}, up to {@link #maxMtu}. Control plane, one thread.
     *
     * @throws RuntimeException with a sentence where the device cannot
     */
    default void setMtu(int bytes) {
        throw new IllegalArgumentException(
                "device '" + name() + "' has mtu=" + mtu() + " for as long as it is open");
    }

    /**
     * Opens what is below the device anew, for an MTU above {@link #maxMtu}. Control plane, one
     * thread, while no lcore uses the queues. Where it throws, the device is as it was, or else
     * {@link #isGone}.
     *
     * @throws RuntimeException with a sentence where the device cannot
     */
    default void reopen(int bytes) {
        throw new IllegalArgumentException(
                "device '%s': mtu=%d asked, at most %d possible as it was opened; lower it"
                        .formatted(name(), bytes, maxMtu()));
    }

    /** Whether the device could carry frames now. */
    boolean linkUp();

    /**
     * What whoever runs the switch should know of the frames that come by it, each once; empty:
     * nothing. Control plane, one thread.
     */
    default String notice() {
        return "";
    }

    /** Whether somebody has taken the device away: it never comes back. Control plane. */
    default boolean isGone() {
        return false;
    }

    /** Stops the device and gives back everything it holds; its queues are no longer used. */
    @Override
    void close();
}
