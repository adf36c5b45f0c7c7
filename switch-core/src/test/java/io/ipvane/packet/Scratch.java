// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;

/** Native memory for one test. */
final class Scratch implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final int size;
    final long address;

    /** So many bytes, all of them 0xEE, so that a field that was not written shows. */
    Scratch(int size) {
        this.size = size;
        address = arena.allocate(size, 8).address();
        for (int i = 0; i < size; i++) {
            Memory.put8(address + i, 0xEE);
        }
    }

    /** A copy of these bytes. */
    Scratch(byte[] bytes) {
        this(bytes.length);
        Memory.put(address, bytes);
    }

    byte[] bytes() {
        return Memory.bytes(address, size);
    }

    @Override
    public void close() {
        arena.close();
    }
}
