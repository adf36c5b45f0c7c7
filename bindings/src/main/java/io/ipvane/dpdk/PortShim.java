// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The control side of a DPDK port as shim calls. What fails throws a {@link DpdkException} that
 * begins with the name of the device. Control plane only.
 */
final class PortShim {
    private static final MethodHandle ADD =
            NativeLibrary.call("ipvane_port_add", JAVA_INT, POINTER, POINTER, JAVA_INT);
    private static final MethodHandle REMOVE =
            NativeLibrary.call("ipvane_port_remove", JAVA_INT, JAVA_SHORT, POINTER, JAVA_INT);
    private static final MethodHandle FIND =
            NativeLibrary.call("ipvane_port_find", JAVA_INT, POINTER);
    private static final MethodHandle INFO =
            NativeLibrary.call("ipvane_port_info", JAVA_INT, JAVA_SHORT, POINTER);
    private static final MethodHandle CONFIGURE =
            NativeLibrary.call(
                    "ipvane_port_configure",
                    JAVA_INT,
                    JAVA_SHORT,
                    POINTER,
                    POINTER,
                    POINTER,
                    JAVA_INT);
    private static final MethodHandle START =
            NativeLibrary.call("ipvane_port_start", JAVA_INT, JAVA_SHORT, POINTER, JAVA_INT);
    private static final MethodHandle STOP =
            NativeLibrary.call("ipvane_port_stop", JAVA_INT, JAVA_SHORT, POINTER, JAVA_INT);
    private static final MethodHandle MAC =
            NativeLibrary.call("ipvane_port_mac", JAVA_INT, JAVA_SHORT, POINTER);
    private static final MethodHandle LINK_UP =
            NativeLibrary.call("ipvane_port_link_up", JAVA_INT, JAVA_SHORT, JAVA_INT);
    private static final MethodHandle STATS =
            NativeLibrary.call("ipvane_port_stats", JAVA_INT, JAVA_SHORT, POINTER);

    private static final int INFO_SIZE = 64;
    private static final int DRIVER_SIZE = 32;
    private static final int SETUP_WORDS = 6;

    private PortShim() {}

    /** {@code struct ipvane_port_info}. */
    record Info(
            String driver,
            int maxRxQueues,
            int maxTxQueues,
            int maxMtu,
            int interfaceIndex,
            boolean scatters,
            boolean sendsSegments) {}

    /** A shim call that leaves its reason. */
    @FunctionalInterface
    private interface Explained {
        int run(long why) throws Throwable;
    }

    private static int explained(String device, String what, String remedy, Explained call) {
        try (Reason why = new Reason()) {
            final int result = Shim.asInt(() -> call.run(why.address()));
            if (result < 0) {
                throw new DpdkException(
                        "device '"
                                + device
                                + "': "
                                + what
                                + ": "
                                + why.after(result)
                                + "; "
                                + remedy);
            }
            return result;
        }
    }

    private static int checked(String device, String what, Shim.Call call) {
        final int result = Shim.asInt(call);
        if (result < 0) {
            throw new DpdkException(
                    "device '"
                            + device
                            + "': "
                            + what
                            + ": "
                            + Reason.strerror(-result)
                            + "; see whether the device still exists");
        }
        return result;
    }

    /** Id of the port of a DPDK device by its name, or below zero. */
    static int find(String name) {
        try (Arena arena = Arena.ofConfined()) {
            final long cName = NativeLibrary.cString(arena, name);
            return Shim.asInt(() -> (int) FIND.invokeExact(cName));
        }
    }

    /** Adds a device and gives its port. */
    static short add(String device, String devargs, String remedy) {
        try (Arena arena = Arena.ofConfined()) {
            final long cArgs = NativeLibrary.cString(arena, devargs);
            return (short)
                    explained(
                            device,
                            "DPDK does not take it",
                            remedy,
                            why -> (int) ADD.invokeExact(cArgs, why, Reason.SIZE));
        }
    }

    static void remove(String device, short port) {
        explained(
                device,
                "cannot be removed",
                "restart the switch",
                why -> (int) REMOVE.invokeExact(port, why, Reason.SIZE));
    }

    static Info info(String device, short port) {
        try (Arena arena = Arena.ofConfined()) {
            final long at = arena.allocate(INFO_SIZE, 8).address();
            checked(device, "cannot be described", () -> (int) INFO.invokeExact(port, at));
            return new Info(
                    Shim.string(at, DRIVER_SIZE),
                    Memory.i32(at + 32),
                    Memory.i32(at + 36),
                    Memory.i32(at + 40),
                    Memory.i32(at + 48),
                    Memory.i32(at + 56) != 0,
                    Memory.i32(at + 60) != 0);
        }
    }

    static void configure(
            String device, short port, DeviceOptions options, boolean scatter, Mempool pool) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment setup = arena.allocate(JAVA_INT, SETUP_WORDS);
            setup.setAtIndex(JAVA_INT, 0, options.queues());
            setup.setAtIndex(JAVA_INT, 1, options.queues());
            setup.setAtIndex(JAVA_INT, 2, options.ringSize());
            setup.setAtIndex(JAVA_INT, 3, options.ringSize());
            setup.setAtIndex(JAVA_INT, 4, options.mtu());
            setup.setAtIndex(JAVA_INT, 5, scatter ? 1 : 0);
            explained(
                    device,
                    "queues="
                            + options.queues()
                            + " mtu="
                            + options.mtu()
                            + " ringSize="
                            + options.ringSize()
                            + " was refused",
                    "choose what the driver can do",
                    why ->
                            (int)
                                    CONFIGURE.invokeExact(
                                            port,
                                            setup.address(),
                                            pool.address(),
                                            why,
                                            Reason.SIZE));
        }
    }

    static void start(String device, short port) {
        explained(
                device,
                "does not start",
                "see the kernel's log and the driver's guide",
                why -> (int) START.invokeExact(port, why, Reason.SIZE));
    }

    static void stop(String device, short port) {
        explained(
                device,
                "does not stop",
                "see the kernel's log and the driver's guide",
                why -> (int) STOP.invokeExact(port, why, Reason.SIZE));
    }

    /** As {@link Memory#mac} reads it. */
    static long mac(String device, short port) {
        try (Arena arena = Arena.ofConfined()) {
            final long at = arena.allocate(6).address();
            checked(device, "has no MAC address", () -> (int) MAC.invokeExact(port, at));
            return Memory.mac(at);
        }
    }

    static boolean linkUp(short port, int interfaceIndex) {
        return Shim.asInt(() -> (int) LINK_UP.invokeExact(port, interfaceIndex)) == 1;
    }

    static PortStats stats(String device, short port, long lost) {
        try (Arena arena = Arena.ofConfined()) {
            final long at = arena.allocate(JAVA_LONG, PortStats.NATIVE_SIZE / 8).address();
            checked(device, "cannot be counted", () -> (int) STATS.invokeExact(port, at));
            return PortStats.read(at, lost);
        }
    }
}
