// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ipvane.bench.harness.BenchLibrary;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;

/**
 * One end of a stream of small datagrams, to run in a namespace.
 *
 * <pre>send ADDRESS SECONDS
 * count ADDRESS SECONDS</pre>
 */
final class UdpMain {
    static final int BYTES = 18;

    private static final short PORT = 7000;
    private static final long SECOND = 1_000_000_000L;
    private static final long SETTLE = SECOND / 2;

    private UdpMain() {}

    public static void main(String[] args) throws Throwable {
        final double seconds = Double.parseDouble(args[2]);
        try (Arena arena = Arena.ofConfined()) {
            final long address = NativeLibrary.cString(arena, args[1]);
            final long nanos = (long) (seconds * SECOND);
            final long count =
                    args[0].equals("send") ? send(address, nanos) : count(address, nanos);
            if (count < 0) {
                throw new IllegalStateException(args[0] + " " + args[1] + ": error " + -count);
            }
            System.out.printf("pps %.0f%n", count / seconds);
        }
    }

    private static long send(long address, long nanos) throws Throwable {
        final MethodHandle send =
                BenchLibrary.call(
                        "ipvane_bench_udp_send",
                        JAVA_LONG,
                        POINTER,
                        JAVA_SHORT,
                        JAVA_INT,
                        JAVA_LONG);
        return (long) send.invokeExact(address, PORT, BYTES, nanos);
    }

    private static long count(long address, long nanos) throws Throwable {
        final MethodHandle count =
                BenchLibrary.call(
                        "ipvane_bench_udp_count",
                        JAVA_LONG,
                        POINTER,
                        JAVA_SHORT,
                        JAVA_LONG,
                        JAVA_LONG);
        System.out.println("listening");
        return (long) count.invokeExact(address, PORT, SETTLE, nanos);
    }
}
