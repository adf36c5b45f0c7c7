// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import io.ipvane.memory.Memory;
import java.nio.charset.StandardCharsets;

/** What calls into the shim have in common. */
final class Shim {
    private Shim() {}

    /** A downcall; a handle declares Throwable, though a C function throws nothing. */
    @FunctionalInterface
    interface Call {
        int run() throws Throwable;
    }

    /** Runs a cold call. */
    static int asInt(Call call) {
        try {
            return call.run();
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** For the catch block around a handle: reached only if its type is wrong. */
    static AssertionError failed(Throwable t) {
        return new AssertionError("a downcall with the wrong type", t);
    }

    /** A NUL-terminated ASCII string in at most {@code size} bytes. */
    static String string(long address, int size) {
        int length = 0;
        while (length < size && Memory.byteAt(address + length) != 0) {
            length++;
        }
        return new String(Memory.bytes(address, length), StandardCharsets.US_ASCII);
    }
}
