// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.time.Duration;

/**
 * Wakes one thread that waits for a descriptor: {@link #signal} by any thread, the rest by the one
 * that waits. Source: eventfd(2), poll(2).
 */
public final class Wakeup implements AutoCloseable {
    private static final int POLL_FD = 8;
    private static final int EVENTS = 4;
    private static final int POLLIN = 1;

    private final int fd = LinuxException.check(Shim.wakeupOpen(), "make a wake-up descriptor");

    /** For a {@link ReadySet}: told of with each {@link #signal}. */
    public int descriptor() {
        return fd;
    }

    /** Ends the present or else the next {@link #await}. */
    public void signal() {
        Shim.wakeupSignal(fd);
    }

    /**
     * Waits until something can be read from a socket, or its peer is gone, or {@link #signal}.
     *
     * @param socket to look at, or null: to wait for the signal alone
     */
    public void await(SeqPacket socket, Duration most) {
        try (Arena arena = Arena.ofConfined()) {
            final long fds = arena.allocate(2 * POLL_FD, 8).address();
            put(fds, fd);
            put(fds + POLL_FD, socket == null ? -1 : socket.fd());
            LinuxException.check(Shim.poll(fds, 2, (int) most.toMillis()), "wait for a socket");
        }
        Shim.wakeupClear(fd);
    }

    /** The kernel passes over a descriptor of -1. */
    private static void put(long at, int fd) {
        Memory.put32(at, fd);
        Memory.put16(at + EVENTS, POLLIN);
        Memory.put16(at + EVENTS + 2, 0);
    }

    @Override
    public void close() {
        Shim.close(fd);
    }
}
