// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The {@link Trail} of each lcore, and the names of ports, in memory that the parent process has as
 * well: after a fault in native code it says which port's frames were under way. Without such a
 * parent it is memory like any other. Used by the thread that starts and changes the switch.
 *
 * <p>Layout: {@code struct trail} of {@code native/keep/trail.h}.
 */
public final class Trails {
    static final int LCORES = 64;
    static final int LCORE_BYTES = 256;
    static final int PORTS = 4_096;
    static final int NAME_BYTES = 32;
    static final int NAMES = LCORES * LCORE_BYTES;
    static final long BYTES = NAMES + (long) PORTS * NAME_BYTES;

    private static final String DESCRIPTOR = "IPVANE_TRAIL";

    private final MemorySegment memory;
    private int used;

    Trails(MemorySegment memory) {
        this.memory = memory;
    }

    /** Some that nobody else sees. */
    static Trails inMemory(Arena arena) {
        return new Trails(arena.allocate(BYTES, Long.BYTES));
    }

    /**
     * Those that the parent process has, where there is one.
     *
     * @param arena outlives the lcores
     */
    public static Trails ofParent(Arena arena) {
        final String descriptor = System.getenv(DESCRIPTOR);
        if (descriptor == null || !descriptor.matches("[0-9]{1,9}")) {
            return inMemory(arena);
        }
        try (FileChannel file =
                FileChannel.open(
                        Path.of("/proc/self/fd", descriptor),
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            return new Trails(file.map(MapMode.READ_WRITE, 0, BYTES, arena));
        } catch (IOException e) {
            return inMemory(arena);
        }
    }

    /** The trail of one lcore more; beyond {@value #LCORES} they share the last. */
    Trail add(int lcore) {
        final long at = memory.address() + (long) Math.min(used++, LCORES - 1) * LCORE_BYTES;
        Memory.put32(at, 1);
        Memory.put32(at + Integer.BYTES, lcore);
        return new Trail(at);
    }

    /** Says what the port at an index is called. */
    void name(int port, String name) {
        if (port < PORTS) {
            final byte[] bytes =
                    Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), NAME_BYTES);
            MemorySegment.copy(
                    bytes,
                    0,
                    memory,
                    ValueLayout.JAVA_BYTE,
                    NAMES + (long) port * NAME_BYTES,
                    NAME_BYTES);
        }
    }
}
