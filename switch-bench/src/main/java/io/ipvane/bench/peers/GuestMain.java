// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.bench.harness.BenchLibrary;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;

/**
 * A guest behind a vhost-user socket of its own whose stack is that of the namespace it runs in, by
 * a TAP device; {@code native/bench/tap_guest.c} says how. Ends when the switch does.
 *
 * <pre>SOCKET INTERFACE</pre>
 */
final class GuestMain {
    private GuestMain() {}

    public static void main(String[] args) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            final long result = arena.allocate(JAVA_LONG).address();
            succeed(
                    "open",
                    (int)
                            BenchLibrary.call(
                                            "ipvane_bench_guest_open",
                                            JAVA_INT,
                                            POINTER,
                                            POINTER,
                                            POINTER)
                                    .invokeExact(
                                            NativeLibrary.cString(arena, args[0]),
                                            NativeLibrary.cString(arena, args[1]),
                                            result));
            System.out.println("listening");
            succeed(
                    "run",
                    (int)
                            BenchLibrary.call("ipvane_bench_guest_run", JAVA_INT, POINTER)
                                    .invokeExact(Memory.i64(result)));
        }
    }

    private static void succeed(String what, int result) {
        if (result < 0) {
            throw new IllegalStateException(what + ": error " + -result);
        }
    }
}
