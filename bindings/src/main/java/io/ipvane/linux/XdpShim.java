// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.memory.NativeLibrary;
import java.lang.invoke.MethodHandle;

/**
 * The functions of the C shim about AF_XDP, one method each and nothing else: addresses are longs,
 * results below zero are {@code -errno}. What a function does stands beside it in {@code
 * native/xdp_*.c}.
 */
final class XdpShim {
    private static final MethodHandle MAP =
            NativeLibrary.call("ipvane_xdp_map", JAVA_INT, JAVA_INT);
    private static final MethodHandle MAP_PUT =
            NativeLibrary.call("ipvane_xdp_map_put", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle ATTACH =
            NativeLibrary.call(
                    "ipvane_xdp_attach", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, POINTER);
    private static final MethodHandle OPEN =
            NativeLibrary.call(
                    "ipvane_xdp_open", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, POINTER, POINTER);
    private static final MethodHandle CLOSE = NativeLibrary.call("ipvane_xdp_close", null, POINTER);
    private static final MethodHandle MISSED =
            NativeLibrary.call("ipvane_xdp_missed", JAVA_LONG, POINTER);
    private static final MethodHandle RX =
            NativeLibrary.call("ipvane_xdp_rx", JAVA_LONG, POINTER, POINTER, JAVA_INT);
    private static final MethodHandle TX =
            NativeLibrary.call("ipvane_xdp_tx", JAVA_INT, POINTER, POINTER, JAVA_INT);

    private XdpShim() {}

    /** No shim function throws, and the types of the calls below are those of their handles. */
    private static AssertionError impossible(Throwable e) {
        return new AssertionError(e);
    }

    static int map(int queues) {
        try {
            return (int) MAP.invokeExact(queues);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int mapPut(int map, int queue, int socket) {
        try {
            return (int) MAP_PUT.invokeExact(map, queue, socket);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int attach(int map, int interfaceIndex, int pieces, long generic) {
        try {
            return (int) ATTACH.invokeExact(map, interfaceIndex, pieces, generic);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int open(int interfaceIndex, int queue, int pieces, long mempool, long result) {
        try {
            return (int) OPEN.invokeExact(interfaceIndex, queue, pieces, mempool, result);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void close(long queue) {
        try {
            CLOSE.invokeExact(queue);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long missed(long queue) {
        try {
            return (long) MISSED.invokeExact(queue);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long receive(long queue, long rows, int max) {
        try {
            return (long) RX.invokeExact(queue, rows, max);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int transmit(long queue, long mbufs, int count) {
        try {
            return (int) TX.invokeExact(queue, mbufs, count);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }
}
