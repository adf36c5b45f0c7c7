// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

/**
 * A port whose peer is a program or machine that shares its memory with the switch.
 *
 * <p>Each rx queue belongs to one lcore, each tx queue to one lcore; {@link #receive} and {@link
 * #transmit} are the two calls a burst that they make. They neither allocate on the heap nor throw.
 * Counters may be read by any thread; opening and closing is for the control plane.
 */
public sealed interface PeerPort extends AutoCloseable permits MemifPort, VhostPort {
    /** Queues to receive from: rings that the peer may send by. */
    int rxQueues();

    /** Queues to transmit by; the peer's rings are chosen by flow, whatever their number. */
    int txQueues();

    /** As {@link EthDevice#receive}. */
    long receive(int queue, long rows, int max);

    /**
     * Sends frames. While nobody is there all are accepted, dropped and counted in {@link
     * #droppedDown}.
     *
     * @param mbufs address of an array of mbuf addresses
     * @return frames accepted, the first ones; the others still belong to the caller
     */
    int transmit(int queue, long mbufs, int count);

    /** Whether somebody is there and takes frames. Any thread. */
    boolean isUp();

    /** Frames received and dropped since they contradict themselves. */
    long receiveInvalid();

    /** Frames accepted and dropped while nobody was there. */
    long droppedDown();

    /** Frames accepted and dropped since a ring of the peer had no room. */
    long droppedFull();

    /** Ends the connection; lcores no longer use the port. */
    @Override
    void close();
}
