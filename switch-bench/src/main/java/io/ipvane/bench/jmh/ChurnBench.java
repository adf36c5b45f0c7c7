// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.bench.harness.BenchSwitch;
import io.ipvane.control.Command;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Addresses that come and go by way of the control plane while an lcore forwards at full rate: what
 * that costs its frames. One operation is an address added and another removed.
 */
public class ChurnBench {
    private static final int PAIRS = 256;
    private static final long WATCH_NANOS = 10_000_000;
    private static final long ROOM_NANOS = 100_000;

    /** The commands, made beforehand: an address is removed 1,024 additions after its own. */
    @State(Scope.Thread)
    public static class Commands {
        private static final int ADDRESSES = 1 << 16;
        private static final int WINDOW = 1024;
        private static final int PORTS = 8;
        private static final long SECOND = 1_000_000_000;

        /** Operations a second; 0: as many as the conductor takes. */
        @Param({"200000", "0"})
        long pace;

        private long begun;
        private long done;

        private final Command[] added = new Command[ADDRESSES];
        private final Command[] removed = new Command[ADDRESSES];
        private int next;
        private long rounds;

        @Setup
        public void make() {
            for (int i = 0; i < ADDRESSES; i++) {
                final IpAddress address = IpAddress.ipv4(0xAC10_0000 + i);
                final int port = 1 + i % PORTS;
                added[i] =
                        new Command.AddressAdded(
                                port, new IpPrefix(address, address.bits()), false);
                removed[i] = new Command.AddressRemoved(port, address);
            }
        }

        @Setup(Level.Iteration)
        public void begin() {
            begun = System.nanoTime();
            done = 0;
        }

        /** Waits until the next operations are due. */
        void await(int count) {
            done += count;
            if (pace > 0) {
                LockSupport.parkNanos(begun + done * SECOND / pace - System.nanoTime());
            }
        }

        void pair(BenchSwitch to) {
            tell(to, added[next]);
            if (rounds > 0 || next >= WINDOW) {
                tell(to, removed[next - WINDOW & ADDRESSES - 1]);
            }
            next = next + 1 & ADDRESSES - 1;
            rounds += next == 0 ? 1 : 0;
        }

        private static void tell(BenchSwitch to, Command command) {
            while (!to.tell(command)) {
                LockSupport.parkNanos(ROOM_NANOS);
            }
        }
    }

    @Benchmark
    @ControlPath(rate = true)
    @OperationsPerInvocation(PAIRS)
    public void churn(RunningCase.RunToCompletion running, Commands commands, Frames frames) {
        for (int i = 0; i < PAIRS; i++) {
            commands.pair(running.dispatch.javaSwitch());
        }
        commands.await(PAIRS);
        running.watch(frames);
    }

    @Benchmark
    @Baseline(of = "churn", label = "quiet")
    public void quiet(RunningCase.RunToCompletion running, Commands none, Frames frames) {
        LockSupport.parkNanos(WATCH_NANOS);
        running.watch(frames);
    }
}
