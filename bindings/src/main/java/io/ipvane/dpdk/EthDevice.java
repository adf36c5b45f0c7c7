// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.ffi.Dpdk;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A DPDK port from {@link #open} to {@link #close}, started.
 *
 * <p>Each queue belongs to one thread; {@link #receive} and {@link #transmit} are the two calls a
 * burst that it makes. Everything else is for the control plane, one thread at a time.
 *
 * <h2>What drivers do (DPDK 22.11)</h2>
 *
 * <ul>
 *   <li><b>VLAN tags.</b> Where a driver left one out of a frame, {@link #receive} puts it back: a
 *       frame here has its tags.
 *   <li><b>Link.</b> A driver over a kernel interface says "up" from start to stop; {@link #linkUp}
 *       asks the kernel as well.
 *   <li><b>Segments.</b> Some drivers send single segments; {@link #transmit} gathers them, and
 *       counts a frame for which that is impossible in {@link #transmitLost}.
 *   <li><b>Offloads.</b> None is used, not even where a card offers it.
 * </ul>
 */
public final class EthDevice implements AutoCloseable {
    /** Drivers whose bursts never lock, wait or enter the kernel; so do those of PCI devices. */
    private static final Set<String> SHORT_BURSTS = Set.of("net_ring", "net_null");

    /** Ethernet header and two VLAN tags. */
    private static final int L2_BYTES = 14 + 8;

    private static final int DEFAULT_MTU = 1500;
    private static final int CACHE_LINE = 64;

    // Hot handles, made by hand: a generated one cannot be critical.
    private static final MethodHandle RX_SHORT = burst(true, JAVA_LONG, "ipvane_rx_burst");
    private static final MethodHandle RX_LONG = burst(false, JAVA_LONG, "ipvane_rx_burst_tagged");
    private static final MethodHandle TX_SHORT =
            burst(true, ValueLayout.JAVA_CHAR, "ipvane_tx_burst");
    private static final MethodHandle TX_LONG = finishing("ipvane_tx_burst_finished");
    private static final MethodHandle TX_FLAT = finishing("ipvane_tx_burst_flat");

    private final String name;
    private final short port;
    private final int queues;
    private final boolean shortBursts;
    private final boolean sendsSegments;
    private final PortShim.Info info;
    private final IntFunction<Mempool> pools;
    private final Arena arena = Arena.ofShared();
    private final long lost;
    private DeviceOptions options;
    private volatile int mtu;
    private volatile boolean gone;
    private boolean closed;

    private EthDevice(
            String name,
            short port,
            DeviceOptions options,
            DeviceSpec spec,
            PortShim.Info info,
            IntFunction<Mempool> pools) {
        this.name = name;
        this.port = port;
        this.queues = options.queues();
        this.options = options;
        this.mtu = options.mtu();
        this.shortBursts =
                spec.kind() == DeviceSpec.Kind.PCI || SHORT_BURSTS.contains(info.driver());
        this.sendsSegments = info.sendsSegments();
        this.info = info;
        this.pools = pools;
        this.lost = arena.allocate((long) queues * CACHE_LINE, CACHE_LINE).address();
    }

    private static MethodHandle burst(boolean critical, ValueLayout result, String function) {
        final ValueLayout[] arguments = {JAVA_SHORT, JAVA_SHORT, POINTER, JAVA_SHORT};
        return critical
                ? NativeLibrary.critical(function, result, arguments)
                : NativeLibrary.call(function, result, arguments);
    }

    private static MethodHandle finishing(String function) {
        return NativeLibrary.call(
                function,
                ValueLayout.JAVA_CHAR,
                JAVA_SHORT,
                JAVA_SHORT,
                POINTER,
                JAVA_SHORT,
                POINTER);
    }

    /**
     * Adds a device to DPDK, sets it up and starts it. If any of that fails nothing of it is left.
     *
     * @param device {@code pci:ADDRESS}, {@code vdev:ARGS}
     * @param options what is asked of it
     * @param pools gives the pool where received frames come from, whose segments hold so many
     *     bytes at least; 0 where a frame may have several. It must live longer
     */
    public static EthDevice open(String device, DeviceOptions options, IntFunction<Mempool> pools) {
        Eal.requireRunning("device '" + device + "'");
        final DeviceSpec spec = DeviceSpec.parse(device);
        return start(device, spec, exact(options), add(spec), pools);
    }

    /** As the other, with one pool whatever it holds. */
    public static EthDevice open(String device, DeviceOptions options, Mempool pool) {
        return open(device, options, room -> pool);
    }

    /**
     * As {@link #open}, of a port that native code has made and nobody has started.
     *
     * @param name the port's name with DPDK
     */
    public static EthDevice adopt(String name, DeviceOptions options, Mempool pool) {
        final DeviceSpec spec = new DeviceSpec(DeviceSpec.Kind.VDEV, name);
        final int port = PortShim.find(name);
        if (port < 0) {
            throw new DpdkException("port '" + name + "': DPDK has none of this name");
        }
        return start(name, spec, exact(options), (short) port, room -> pool);
    }

    private static DeviceOptions exact(DeviceOptions options) {
        return options.mtu() == 0 ? options.withMtu(DEFAULT_MTU) : options;
    }

    private static EthDevice start(
            String device,
            DeviceSpec spec,
            DeviceOptions exact,
            short port,
            IntFunction<Mempool> pools) {
        final PortShim.Info info;
        try {
            info = PortShim.info(device, port);
        } catch (DpdkException e) {
            PortShim.remove(device, port);
            throw e;
        }
        final EthDevice made = new EthDevice(device, port, exact, spec, info, pools);
        try {
            made.start(exact);
        } catch (DpdkException e) {
            made.close();
            throw e;
        }
        if (exact.promiscuous()) {
            // A driver without the switch takes every frame anyway, or none but its own.
            Dpdk.rte_eth_promiscuous_enable(port);
            Dpdk.rte_eth_allmulticast_enable(port);
        }
        return made;
    }

    /** Configures and starts the port, which is stopped. */
    private void start(DeviceOptions exact) {
        checkOffer(name, exact, info);
        final int bytes = exact.mtu() + L2_BYTES;
        final Mempool pool = pools.apply(info.scatters() ? 0 : bytes);
        final boolean scatter = bytes > pool.dataRoom();
        if (scatter && !info.scatters()) {
            requireRoom(name, exact.mtu(), bytes, pool);
        }
        PortShim.configure(name, port, exact, scatter, pool);
        PortShim.start(name, port);
        options = exact;
        mtu = exact.mtu();
    }

    private static short add(DeviceSpec spec) {
        final String device = spec.toString();
        return switch (spec.kind()) {
            case PCI -> {
                final int present = PortShim.find(spec.value());
                yield present >= 0
                        ? (short) present
                        : PortShim.add(
                                device,
                                spec.value(),
                                "bind it to vfio-pci (dpdk-devbind.py) and name it in the"
                                        + " configuration before the switch starts");
            }
            case VDEV ->
                    PortShim.add(
                            device,
                            spec.value(),
                            "see the names and arguments of DPDK's drivers, such as net_ring0");
        };
    }

    private static void requireRoom(String device, int mtu, int needed, Mempool pool) {
        if (pool.dataRoom() < needed) {
            throw new DpdkException(
                    "device '"
                            + device
                            + "': mtu="
                            + mtu
                            + " needs segments of "
                            + needed
                            + " bytes, mempool '"
                            + pool.name()
                            + "' has "
                            + pool.dataRoom()
                            + "; make the pool's dataRoom larger or lower the MTU");
        }
    }

    private static void checkOffer(String device, DeviceOptions asked, PortShim.Info info) {
        final int offered = Math.min(info.maxRxQueues(), info.maxTxQueues());
        if (asked.queues() < 1 || asked.queues() > offered) {
            throw new DpdkException(
                    "device '"
                            + device
                            + "': queues="
                            + asked.queues()
                            + " asked, 1 to "
                            + offered
                            + " offered; ask for as many");
        }
        if (info.maxMtu() > 0 && asked.mtu() > info.maxMtu()) {
            throw new DpdkException(
                    "device '"
                            + device
                            + "': mtu="
                            + asked.mtu()
                            + " asked, at most "
                            + info.maxMtu()
                            + " offered; lower it");
        }
    }

    /**
     * Takes frames of an rx queue, writes what there is to know of them, and sends for their first
     * bytes: what Java reads next is in cache or on its way.
     *
     * @param rows address of a block laid out as {@link io.ipvane.memory.BurstLayout}
     * @param max 1 to {@link io.ipvane.memory.BurstLayout#FRAMES}
     * @return frames taken in the low 8 bits, above them the sum of their lengths in bytes
     */
    public long receive(int queue, long rows, int max) {
        try {
            return shortBursts
                    ? (long) RX_SHORT.invokeExact(port, (short) queue, rows, (short) max)
                    : (long) RX_LONG.invokeExact(port, (short) queue, rows, (short) max);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /**
     * Sends the first frames of an array by a tx queue. What their senders left to the device
     * ({@link TxOffload}) is done first, in software: no frame leaves with an unfinished checksum
     * or longer than it may be.
     *
     * @return frames that now belong to the device; the others still belong to the caller
     */
    public int transmit(int queue, long mbufs, int count) {
        if (!shortBursts || !sendsSegments) {
            return transmitFinished(queue, mbufs, count);
        }
        final int sent = transmitShort(queue, mbufs, count);
        return sent < count && TxOffload.isPending(Memory.i64(mbufs + 8L * sent))
                ? sent + transmitFinished(queue, mbufs + 8L * sent, count - sent)
                : sent;
    }

    /** Stops before the first frame that has to be finished. */
    private int transmitShort(int queue, long mbufs, int count) {
        try {
            return (char) TX_SHORT.invokeExact(port, (short) queue, mbufs, (short) count);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    private int transmitFinished(int queue, long mbufs, int count) {
        final long lostHere = lost + (long) queue * CACHE_LINE;
        try {
            return sendsSegments
                    ? (char)
                            TX_LONG.invokeExact(port, (short) queue, mbufs, (short) count, lostHere)
                    : (char)
                            TX_FLAT.invokeExact(
                                    port, (short) queue, mbufs, (short) count, lostHere);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
    }

    /** As the user wrote it. */
    public String name() {
        return name;
    }

    /** DPDK's driver, for example {@code net_ring}. */
    public String driver() {
        return info.driver();
    }

    /** DPDK's number of the port: for native code that uses it beside this object. */
    public int id() {
        return port;
    }

    /** Rx queues, and as many tx queues. */
    public int queues() {
        return queues;
    }

    /** The MAC address, as {@link Memory#mac} reads it. */
    public long mac() {
        return PortShim.mac(name, port);
    }

    /** Largest L3 packet in bytes. */
    public int mtu() {
        return mtu;
    }

    /** What {@link #mtu} could become without {@link #reopen}: what the port was configured for. */
    public int maxMtu() {
        return options.mtu();
    }

    /**
     * Changes the MTU, up to {@link #maxMtu}. A driver need not know of a lower one: nothing longer
     * is given to it, and what comes longer does no harm.
     */
    public void setMtu(int bytes) {
        if (bytes > maxMtu()) {
            throw new DpdkException(
                    "device '"
                            + name
                            + "': mtu="
                            + bytes
                            + " asked, at most "
                            + maxMtu()
                            + " possible as it was opened; lower it or open the device anew");
        }
        mtu = bytes;
    }

    /**
     * Stops the port, and configures and starts it for another MTU. Nobody uses its queues
     * meanwhile. Where it refuses, it is started as it was; or, where it refuses that as well, it
     * {@link #isGone}.
     */
    public void reopen(int bytes) {
        final DeviceOptions before = options.withMtu(mtu);
        PortShim.stop(name, port);
        try {
            start(options.withMtu(bytes));
        } catch (DpdkException e) {
            try {
                start(before);
            } catch (DpdkException again) {
                e.addSuppressed(again);
                gone = true;
                PortShim.remove(name, port);
            }
            throw e;
        }
    }

    /** Whether it could not be started again: only {@link #close} is left to do. */
    public boolean isGone() {
        return gone;
    }

    /** Whether frames could be carried now; never waits. */
    public boolean linkUp() {
        return !closed && !gone && PortShim.linkUp(port, info.interfaceIndex());
    }

    /** Counters since {@link #open}. */
    public PortStats stats() {
        return PortShim.stats(name, port, transmitLost());
    }

    /**
     * Frames that {@link #transmit} took and could not send, or not all of: too scattered for the
     * driver, or a long one for whose segments there was no room. Any thread, until closed.
     */
    public long transmitLost() {
        long total = 0;
        for (int queue = 0; queue < queues; queue++) {
            total += Memory.i64(lost + (long) queue * CACHE_LINE);
        }
        return total;
    }

    /** Stops the device and takes it out of DPDK. The second time does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (!gone) {
                PortShim.remove(name, port);
            }
            arena.close();
        }
    }
}
