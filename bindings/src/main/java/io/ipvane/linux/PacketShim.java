// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_CHAR;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.memory.NativeLibrary;
import java.lang.invoke.MethodHandle;

/**
 * The functions of the shim for packet sockets, as {@link Shim} has the others: one method each,
 * addresses are longs, results below zero are {@code -errno}.
 */
final class PacketShim {
    private static final MethodHandle OPEN =
            NativeLibrary.call(
                    "ipvane_packet_open", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, POINTER);
    private static final MethodHandle DROPS =
            NativeLibrary.call("ipvane_packet_drops", JAVA_LONG, JAVA_INT);
    private static final MethodHandle INTERFACE =
            NativeLibrary.call("ipvane_packet_interface", JAVA_INT, JAVA_INT, JAVA_INT, POINTER);
    private static final MethodHandle SET_MTU =
            NativeLibrary.call("ipvane_packet_set_mtu", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle QUEUE_NEW =
            NativeLibrary.call(
                    "ipvane_packet_queue_new",
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    POINTER,
                    POINTER,
                    POINTER);
    private static final MethodHandle QUEUE_FREE =
            NativeLibrary.call("ipvane_packet_queue_free", null, POINTER);
    private static final MethodHandle RX =
            NativeLibrary.call("ipvane_packet_rx", JAVA_LONG, POINTER, POINTER, JAVA_SHORT);
    private static final MethodHandle TX =
            NativeLibrary.call("ipvane_packet_tx", JAVA_CHAR, POINTER, POINTER, JAVA_SHORT);

    private PacketShim() {}

    /** No shim function throws, and the types of the calls below are those of their handles. */
    private static AssertionError impossible(Throwable e) {
        return new AssertionError(e);
    }

    static int open(int index, int queues, int memory, long fds) {
        try {
            return (int) OPEN.invokeExact(index, queues, memory, fds);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long drops(int fd) {
        try {
            return (long) DROPS.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int describe(int fd, int index, long out) {
        try {
            return (int) INTERFACE.invokeExact(fd, index, out);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int setMtu(int fd, int index, int mtu) {
        try {
            return (int) SET_MTU.invokeExact(fd, index, mtu);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int queueNew(int fd, int index, long pool, long large, long result) {
        try {
            return (int) QUEUE_NEW.invokeExact(fd, index, pool, large, result);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void queueFree(long queue) {
        try {
            QUEUE_FREE.invokeExact(queue);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long receive(long queue, long burst, int max) {
        try {
            return (long) RX.invokeExact(queue, burst, (short) max);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int transmit(long queue, long mbufs, int count) {
        try {
            return (char) TX.invokeExact(queue, mbufs, (short) count);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }
}
