// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/**
 * Says by which of many descriptors something has come, in one system call however many they are;
 * and lets one thread wait for that, or for the bell that others {@link #ring}.
 *
 * <p>A descriptor is told of when something comes, not for as long as something is there: whoever
 * is told reads until nothing is left.
 *
 * <p>{@link #ring} by any thread, {@link #close} by one when the owner has stopped, the rest by the
 * one owner. Source: epoll(7), edge-triggered; eventfd(2).
 */
public final class ReadySet implements AutoCloseable {
    /** The most places that one {@link #take} gives. */
    public static final int MOST = 64;

    private final Arena arena = Arena.ofShared();
    private final long places = arena.allocate(4L * MOST, 64).address();
    private final int set;
    private final int bell;
    private boolean closed;

    /**
     * An empty set.
     *
     * @throws LinuxException where the process may open no further descriptor
     */
    public ReadySet() {
        set = LinuxException.check(Shim.readyOpen(), "make a set of descriptors to wait for");
        final int opened = Shim.wakeupOpen();
        if (opened < 0) {
            Shim.close(set);
        }
        bell = LinuxException.check(opened, "make a wake-up descriptor");
    }

    /**
     * Watches a descriptor, until it is removed or closed.
     *
     * @param place what {@link #place} says of it; not below 0
     * @return false where the kernel cannot watch it, or no further one
     */
    public boolean add(int fd, int place) {
        return Shim.readyAdd(set, fd, place) == 0;
    }

    /** Watches a descriptor no more. */
    public void remove(int fd) {
        Shim.readyRemove(set, fd);
    }

    /** Of how many descriptors there is news since the last call; {@link #MOST}: perhaps more. */
    public int take() {
        return Math.max(0, Shim.readyTake(set, places));
    }

    /** Whose news the last {@link #take} gave as its {@code i}th. */
    public int place(int i) {
        return Memory.i32(places + 4L * i);
    }

    /** Waits until {@link #take} has something to give, the bell was rung, or the time is over. */
    public void await(long nanos) {
        Shim.readyAwait(set, bell, nanos);
    }

    /** Ends the present or else the next {@link #await}; after {@link #close} does nothing. */
    public synchronized void ring() {
        if (!closed) {
            Shim.wakeupSignal(bell);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Shim.close(set);
            Shim.close(bell);
            arena.close();
        }
    }
}
