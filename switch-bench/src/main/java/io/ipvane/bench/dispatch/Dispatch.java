// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.dispatch;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.bench.harness.BenchLibrary;
import io.ipvane.bench.harness.BenchSwitch;
import io.ipvane.bench.harness.IdlePort;
import io.ipvane.bench.harness.ReferenceSwitch;
import io.ipvane.bench.harness.SendOnly;
import io.ipvane.bench.harness.Traffic;
import io.ipvane.burst.Burst;
import io.ipvane.counters.PortCounter;
import io.ipvane.device.Device;
import io.ipvane.device.DpdkDevice;
import io.ipvane.device.MbufPool;
import io.ipvane.dpdk.DeviceOptions;
import io.ipvane.dpdk.EthDevice;
import io.ipvane.dpdk.Mempool;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The whole pipeline over DPDK's own ring or null device, in Java and in C, over the same device,
 * frames and addresses. Needs a running EAL and a thread registered with it.
 */
public final class Dispatch implements AutoCloseable {
    private static final long MAC = 0x0200_0000_0001L;
    private static final long OUTSIDE = 0x0200_0000_00FEL;
    private static final int DATA_ROOM = 256;
    private static final int SPARE = 2_047;
    private static final int SEED = 42;

    private static final MethodHandle RING_PORT =
            BenchLibrary.call("ipvane_bench_ring_port", JAVA_INT, POINTER, JAVA_INT);
    private static final MethodHandle SEND =
            BenchLibrary.call("ipvane_bench_send", JAVA_INT, JAVA_SHORT, POINTER, JAVA_INT);
    private static final MethodHandle RECEIVE =
            BenchLibrary.call("ipvane_bench_receive", JAVA_INT, JAVA_SHORT, POINTER, JAVA_INT);

    private static int serial;

    private final DispatchSetup setup;
    private final Arena arena = Arena.ofShared();
    private final Mempool mempool;
    private final MbufPool pool;
    private final EthDevice port;
    private final DpdkDevice device;
    private final BenchSwitch java;
    private final ReferenceSwitch c;
    private final int ingress;
    private final List<IdlePort> idle = new ArrayList<>();

    /** Sets a case up; on return frames are under way. */
    public Dispatch(DispatchSetup setup) {
        this.setup = setup;
        final String name = "bench" + serial++;
        final boolean ring = setup.device().equals("ring");
        mempool = Mempool.create(name, setup.frames() + SPARE, DATA_ROOM);
        pool = new MbufPool(mempool);
        final DeviceOptions options = DeviceOptions.DEFAULT.withMtu(DATA_ROOM - 32);
        port =
                ring
                        ? EthDevice.adopt(ringPort(name), options, mempool)
                        : EthDevice.open("vdev:" + nullPort(name), options, mempool);
        device = new DpdkDevice(name, port);
        ingress = setup.ingress().equals("wire") ? 0 : 1;
        java = new BenchSwitch(setup.mode(), setup.plan(), setup.lcores(), MAC, devices(), pool);
        addresses();
        final int[] ids = new int[1 + ports()];
        Arrays.fill(ids, port.id());
        c = new ReferenceSwitch(java.snapshot(), ids);
        if (ring) {
            send();
        } else {
            stamp();
        }
    }

    private String ringPort(String name) {
        final int slots = Integer.highestOneBit(setup.frames() + 64) << 1;
        try {
            final int port = (int) RING_PORT.invokeExact(NativeLibrary.cString(arena, name), slots);
            if (port < 0) {
                throw new IllegalStateException("no ring of " + slots + " slots: " + port);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return "net_ring_" + name;
    }

    /** By itself net_null gives frames of 64 bytes, which is too short for IPv6. */
    private String nullPort(String name) {
        return "net_null_" + name + ",size=" + Traffic.length(source());
    }

    /** The highest port; 0 is the uplink. */
    public int ports() {
        return setup.ports() + (setup.ingress().equals("wire") ? 0 : 1);
    }

    /** The device itself where frames come in; all others send by it. */
    private List<Device> devices() {
        final List<Device> devices = new ArrayList<>();
        for (int i = 0; i <= ports(); i++) {
            devices.add(i == ingress ? device : new SendOnly("p" + i, device));
        }
        for (int i = 1; i <= setup.idle(); i++) {
            final IdlePort port = new IdlePort("idle" + i, device);
            idle.add(port);
            devices.add(port);
        }
        return devices;
    }

    private void addresses() {
        if (ingress != 0) {
            java.address(ingress, prefix(source()));
        }
        final int first = 1 + ports() - setup.ports();
        for (int i = 0; i < setup.addresses(); i++) {
            java.address(first + i % setup.ports(), prefix(address(i)));
        }
        java.settle();
    }

    private static IpPrefix prefix(IpAddress address) {
        return new IpPrefix(address, address.bits());
    }

    /** From 10.0.0.1 on, or fd00::1. */
    private IpAddress address(int i) {
        return setup.family() == 4
                ? IpAddress.ipv4(0x0A00_0001 + i)
                : IpAddress.ipv6(0xFD00_0000_0000_0000L, 1L + i);
    }

    private IpAddress source() {
        return setup.family() == 4
                ? IpAddress.ipv4(0xC000_0201)
                : IpAddress.ipv6(0xFD01_0000_0000_0000L, 1);
    }

    /** Which address each frame goes to: a random choice, none twice while there are enough. */
    private int[] destinations(int frames) {
        final SplittableRandom random = new SplittableRandom(SEED);
        final int[] all = new int[setup.addresses()];
        Arrays.setAll(all, i -> i);
        for (int i = all.length - 1; i > 0; i--) {
            final int k = random.nextInt(i + 1);
            final int swapped = all[i];
            all[i] = all[k];
            all[k] = swapped;
        }
        final int[] chosen = new int[frames];
        Arrays.setAll(chosen, i -> all[i % all.length]);
        return chosen;
    }

    /**
     * In l3 a port may write what MACs it likes: the first turn replaces them, which the test of
     * equality sees. In l2 those of siblings are all the same.
     */
    private void write(long at, int destination, int number) {
        final boolean strange = ingress != 0 && setup.mode().equals("l3");
        Traffic.write(
                at,
                strange ? OUTSIDE : MAC,
                ingress == 0 || strange ? OUTSIDE + 1 : MAC,
                source(),
                address(destination),
                number);
    }

    private void send() {
        final long mbufs = arena.allocate(8L * setup.frames(), 64).address();
        final int[] to = destinations(setup.frames());
        for (int i = 0; i < to.length; i++) {
            final long mbuf = pool.allocate(Traffic.length(address(to[i])));
            write(pool.data(mbuf), to[i], i);
            Memory.put64(mbufs + 8L * i, mbuf);
        }
        try {
            final int sent = (int) SEND.invokeExact((short) port.id(), mbufs, setup.frames());
            if (sent != setup.frames()) {
                throw new IllegalStateException("the ring took " + sent + " frames");
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** net_null does not touch the bytes: every mbuf of the pool holds its frame from now on. */
    private void stamp() {
        final int[] to = destinations(mempool.count());
        final long[] taken = new long[mempool.count()];
        for (int i = 0; i < taken.length; i++) {
            taken[i] = pool.allocate(DATA_ROOM);
            if (taken[i] != 0) {
                write(pool.data(taken[i]), to[i], i);
            }
        }
        for (long mbuf : taken) {
            if (mbuf != 0) {
                pool.free(mbuf);
            }
        }
    }

    /** So many turns in Java; the number of frames. */
    public long java(int turns) {
        long frames = 0;
        for (int i = 0; i < turns; i++) {
            frames += java.step();
        }
        return frames;
    }

    /** So many turns in C; the number of frames. */
    public long c(int turns) {
        return c.run(ingress, turns);
    }

    /** Takes up to 64 frames off the device, as the switch would before it parses them. */
    public void take(Burst burst) {
        device.receive(0, burst);
        burst.ingress = ingress;
        burst.snapshot = java.snapshot();
    }

    /** Frees what {@link #take} took. */
    public void free(Burst burst) {
        pool.free(burst.mbufs, burst.size);
        burst.clear();
    }

    /** Where frames come in. */
    public int ingress() {
        return ingress;
    }

    /** Owner of all frames. */
    public MbufPool pool() {
        return pool;
    }

    /** Frames that all ports together have sent so far, in Java and in C. */
    public long sent() {
        long sent = 0;
        for (int i = 0; i <= ports(); i++) {
            sent +=
                    java.counter(i, PortCounter.TRANSMIT_PACKETS_COLUMN)
                            + c.counter(i, PortCounter.TRANSMIT_PACKETS_COLUMN);
        }
        return sent;
    }

    /** The Java side. */
    public BenchSwitch javaSwitch() {
        return java;
    }

    /** The C side. */
    public ReferenceSwitch reference() {
        return c;
    }

    /** Takes the frames out of the ring, as bytes, in order. */
    public List<byte[]> drain() {
        final List<byte[]> frames = new ArrayList<>();
        final long mbufs = arena.allocate(8L * setup.frames(), 64).address();
        try {
            final int count = (int) RECEIVE.invokeExact((short) port.id(), mbufs, setup.frames());
            for (int i = 0; i < count; i++) {
                final long mbuf = Memory.i64(mbufs + 8L * i);
                frames.add(Memory.bytes(pool.data(mbuf), pool.length(mbuf)));
                pool.free(mbuf);
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return frames;
    }

    @Override
    public void close() {
        if (setup.device().equals("ring")) {
            drain();
        }
        java.close();
        idle.forEach(IdlePort::close);
        c.close();
        device.close();
        mempool.close();
        arena.close();
    }
}
